import { afterAll, beforeAll, expect, it } from "vitest";
import { type RegistryClient, createRegistryClient } from "../oci/client.ts";
import { assembleImage } from "../oci/assemble.ts";
import { digestHex } from "../oci/digest.ts";
import { smallLayer } from "../oci/layer.ts";
import { pushImage } from "../oci/transfer.ts";
import { fromText } from "../formats/bytes.ts";
import { parseReference } from "../oci/reference.ts";
import { type RunningRegistry, startRegistry } from "../oci/registry/server.ts";
import { foundingRoles, keyOf, lockFor } from "./fixtures/pipeline.ts";
import { keyedMatrix } from "./matrix.ts";
import { publishedBefore, unpublished } from "./published.ts";

let registry: RunningRegistry;
let client: RegistryClient;
beforeAll(async () => {
  registry = await startRegistry();
  client = createRegistryClient();
});
afterAll(async () => {
  await client.close();
  await registry.close();
});

const roles = () => {
  const file = foundingRoles();
  return {
    ...file,
    images: { ...file.images, registry: `${registry.host}/moon` },
  };
};
const push = async (key: string, outputs?: string) => {
  const annotations = {
    "io.talos-roles.lock": key,
    ...(outputs === undefined ? {} : { "io.talos-roles.outputs": outputs }),
  };
  const layers = [await smallLayer(fromText(key).stream())];
  const reference = parseReference(`${registry.host}/moon/talos-compute:v1.13.6`);
  return pushImage(client, reference, assembleImage({ architecture: "arm64", layers, annotations }));
};

it("what is in the registry under the key of the lock need not be built; anything else must", async () => {
  const file = roles();
  const entries = keyedMatrix(file, lockFor(file));
  const names = async () => (await unpublished(file, entries, client)).map(({ name }) => name);
  expect(await names()).toEqual(["compute", "gateway"]);
  await push(keyOf("compute", "arm64"));
  expect(await names()).toEqual(["gateway"]);
  await push(keyOf("compute", "amd64"));
  expect(await names()).toEqual(["compute", "gateway"]);
});

it("a record of what was published before is read from the registry and the lock", async () => {
  const file = roles();
  const digest = await push(keyOf("compute", "arm64"));
  const targets = [
    { role: "compute", arch: "arm64" },
    { role: "gateway", arch: "arm64" },
  ] as const;
  const found = await publishedBefore(file, lockFor(file), targets, client);
  expect([...found.keys()]).toEqual(["compute-arm64"]);
  expect(found.get("compute-arm64")).toMatchObject({
    installer: `${registry.host}/moon/talos-compute:v1.13.6`,
    kernelRelease: "6.18.1-talos",
    assets: [{ kind: "installer", sha256: digestHex(digest) }],
  });
});

it("an output that was not built with the image has to be built, and so does a disk image of another size", async () => {
  const file = roles();
  const entries = keyedMatrix(file, lockFor(file)).slice(0, 1);
  const key = keyOf("compute", "arm64");
  const names = async (images: Partial<typeof file.images>) =>
    (await unpublished({ ...file, images: { ...file.images, ...images } }, entries, client)).map(
      ({ name }) => name,
    );
  await push(key);
  expect(await names({})).toEqual([]);
  expect(await names({ outputs: ["installer", "iso"] })).toEqual(["compute"]);
  const asset = (more: object) => ({
    path: "compute/x",
    sha256: "a".repeat(64),
    bytes: 1,
    buildKey: "b".repeat(64),
    ...more,
  });
  const assets = [asset({ kind: "iso" }), asset({ kind: "disk", platform: "metal" })];
  await push(key, JSON.stringify({ disk: {}, assets }));
  expect(await names({ outputs: ["installer", "iso", "metal"] })).toEqual([]);
  expect(await names({ outputs: ["installer", "metal"], diskSize: 8 * 1024 ** 3 })).toEqual(["compute"]);
  expect(await names({ outputs: ["installer", "iso"], diskSize: 8 * 1024 ** 3 })).toEqual([]);
  expect(await names({ outputs: ["installer", "nocloud"] })).toEqual(["compute"]);
  const images = { ...file.images, outputs: ["installer", "iso"] };
  const found = await publishedBefore(
    { ...file, images },
    lockFor(file),
    [{ role: "compute", arch: "arm64" }],
    client,
  );
  expect(found.get("compute-arm64")?.assets).toMatchObject([
    { kind: "installer" },
    { kind: "iso", path: "compute/x", earlier: true },
  ]);
  await push(key, "not JSON");
  expect(await names({ outputs: ["iso"] })).toEqual(["compute"]);
});
