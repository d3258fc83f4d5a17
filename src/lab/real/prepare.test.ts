import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { writeRecord } from "../../image/record.ts";
import { loadKubeconfig } from "../../kubernetes/kubeconfig.ts";
import { parseRoles } from "../../roles/load.ts";
import { loadTalosconfig } from "../../talos/api/talosconfig.ts";
import { planLab } from "../cluster/plan.ts";
import { makeRealDisks, prepareReal } from "./prepare.ts";

const folder = await mkdtemp(join(tmpdir(), "real-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const { roles: file } = parseRoles(
  `
cluster: {name: moon, talos: v1.13.6, arch: arm64, network: {pods: 10.244.0.0/16, services: 10.96.0.0/16}}
images: {registry: ghcr.io/x/y}
roles:
  compute: {extensions: [drbd]}
`,
  join(folder, "roles.yaml"),
);
const { roles, network } = planLab(file, { counts: { compute: 2 } });

it("writes an administrator's talosconfig and kubeconfig, which lead to forwarded ports", async () => {
  const { spec } = await prepareReal(roles, network, folder);
  expect(new Set([...spec.talosPorts, spec.kubernetesPort]).size).toBe(3);
  const talos = await loadTalosconfig({ path: join(folder, "talosconfig") });
  expect([talos.endpoints, talos.nodes]).toEqual([
    [`127.0.0.1:${spec.talosPorts[0]}`],
    ["10.10.0.101", "10.10.0.102"],
  ]);
  const kubernetes = await loadKubeconfig({ path: join(folder, "kubeconfig") });
  expect(kubernetes.server).toBe(`https://127.0.0.1:${spec.kubernetesPort}`);
});

it("lays what each machine writes above the built disk image, which stays as it was built", async () => {
  const image = join(folder, "metal-arm64.raw");
  const bytes = Buffer.alloc(1024);
  bytes.write("EFI PART", 512, "latin1");
  await writeFile(image, bytes);
  await truncate(image, 64 * 1024 * 1024);
  const none = "0".repeat(64);
  await writeRecord(folder, {
    recordVersion: 1,
    talosVersion: "v1.13.6",
    roles: [
      {
        name: "compute",
        arch: "arm64",
        inputsKey: none,
        kernelRelease: "6.18.1-talos",
        extensions: [],
        schematic: null,
        installer: "localhost/talos-compute:v1.13.6",
        standIns: [],
        assets: [
          {
            kind: "disk",
            platform: "metal",
            path: "metal-arm64.raw",
            sha256: none,
            bytes: 1,
            buildKey: none,
          },
        ],
      },
    ],
  });
  await makeRealDisks(roles, { state: folder, out: folder });
  for (const name of ["n1", "n2"]) {
    const disk = join(folder, "machines", name, "disk.qcow2");
    const { stdout } = await promisify(execFile)("qemu-img", ["info", "--output=json", disk]);
    const info = JSON.parse(stdout) as Record<string, unknown>;
    expect([info["format"], info["virtual-size"], info["backing-filename-format"]]).toEqual([
      "qcow2",
      12 * 2 ** 30,
      "raw",
    ]);
    expect(info["backing-filename"]).toContain(folder);
  }
});
