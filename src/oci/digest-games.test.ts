import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collect, concat, fromBytes, fromText } from "../formats/bytes.ts";
import { digestOf } from "./digest.ts";
import { type Bench, createBench, isBlob } from "./fixtures/bench.ts";
import { mediaTypes } from "./media-types.ts";
import { parseReference } from "./reference.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createBench();
});
afterAll(() => bench.close());

const other = digestOf("another image");
const layer = () => bench.image.layers[0]!;

describe("a registry that plays with digests", () => {
  test("names another digest in the header of a manifest: only its bytes count", async () => {
    const honest = await bench.started();
    const { bytes } = await bench.clientWith().manifest(parseReference(`${honest.host}/a/b:v1`));
    const headers = { "content-type": mediaTypes.manifest, "docker-content-digest": other };
    const lying = await bench.started({
      faults: ({ path }) =>
        path.includes("/manifests/")
          ? { reply: { status: 200, headers, body: fromBytes(bytes) } }
          : undefined,
    });
    expect(await bench.pull(lying)).toBe(bench.expected);
  });

  test("sends a layer and more behind it", async () => {
    const longer = concat(layer().content, fromText("and more"));
    const registry = await bench.started({
      faults: (request) =>
        isBlob(request) && request.path.endsWith(layer().descriptor.digest)
          ? { reply: { status: 200, body: longer } }
          : undefined,
    });
    await expect(bench.pull(registry)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  test("describes a layer as smaller than it is: no byte more than that is believed", async () => {
    const registry = await bench.started();
    const client = bench.clientWith();
    const small = { ...layer().descriptor, size: 1000 };
    const blob = client.blob(parseReference(`${registry.host}/a/b:v1`), small);
    await expect(collect(blob, 8 << 20)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });

  test("says that it stored a manifest as another", async () => {
    const registry = await bench.started({
      faults: ({ method, path }) =>
        method === "PUT" && path.includes("/manifests/")
          ? { reply: { status: 201, headers: { "docker-content-digest": other } } }
          : undefined,
    });
    await expect(bench.push(registry)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });
});
