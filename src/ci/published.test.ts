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
const push = async (key: string) => {
  const annotations = { "io.talos-roles.lock": key };
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
