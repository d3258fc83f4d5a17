import { describe, expect, it } from "vitest";
import { rolesOf } from "../../../tests/helpers/roles-texts.ts";
import { lockOf } from "../../../tests/helpers/small-lock.ts";
import type { BuildRecord, RecordedAsset } from "../record.ts";
import { planPush } from "./plan-push.ts";

const text = `cluster: {talos: v1.13.6, arch: arm64}
images: {registry: ghcr.io/acme/moon}
roles: {a: {extensions: []}}
`;
const lock = lockOf({});
const asset = (kind: string, fill: string, format?: string): RecordedAsset => ({
  kind,
  ...(format === undefined ? {} : { format }),
  path: `a/${kind}-${format ?? "plain"}`,
  sha256: fill.repeat(64),
  bytes: 1,
  buildKey: "b".repeat(64),
});
const record: BuildRecord = {
  recordVersion: 1,
  talosVersion: "v1.13.6",
  roles: [
    {
      name: "a",
      arch: "arm64",
      kernelRelease: "6.18.44-talos",
      extensions: [],
      schematic: null,
      inputsKey: "0".repeat(64),
      installer: "",
      standIns: ["kernel"],
      assets: [
        asset("cmdline", "1", "oci-layout"),
        asset("installer", "2", "docker-archive"),
        asset("installer", "3", "oci-layout"),
      ],
    },
  ],
};
type Inputs = Parameters<typeof planPush>[0];
const plan = (changes: Partial<Inputs> = {}) =>
  planPush({ roles: rolesOf(text), lock, record, only: ["a"], ...changes });
const refusal = (changes: Partial<Inputs>): unknown => {
  try {
    return plan(changes);
  } catch (error) {
    return error;
  }
};
const [built] = record.roles;

describe("planPush", () => {
  it("names the installer's layout, its tags and what is said of it", () => {
    expect(plan({ source: "https://git.test/moon" })).toMatchObject([
      {
        role: "a",
        arch: "arm64",
        path: "a/installer-oci-layout",
        built: `sha256:${"3".repeat(64)}`,
        reference: { registry: "ghcr.io", repository: "acme/moon/talos-a", tag: "v1.13.6" },
        fixed: { repository: "acme/moon/talos-a", tag: `v1.13.6-${"b".repeat(12)}` },
        standIns: ["kernel"],
        annotations: {
          "org.opencontainers.image.source": "https://git.test/moon",
          "org.opencontainers.image.title": "Talos installer of the role a",
          "org.opencontainers.image.version": "v1.13.6",
          "io.talos-roles.role": "a",
          "io.talos-roles.lock": "0".repeat(64),
          "io.talos-roles.contract": JSON.stringify(lock.roles["a"]!.arm64!.contract),
        },
      },
    ]);
    expect(plan()[0]!.annotations).not.toHaveProperty("org.opencontainers.image.source");
  });

  it("refuses what was not built for the role, its architecture, or as a layout", () => {
    const missing = {
      code: "BUILD_MISSING",
      message: "role a has no installer for arm64 in the build record",
      hint: "Build it: `talos-roles build a --outputs installer`.",
    };
    const records = [
      [],
      [{ ...built!, name: "b" }],
      [{ ...built!, arch: "amd64" as const }],
      [{ ...built!, assets: built!.assets.slice(0, 2) }],
    ];
    for (const roles of records) expect(refusal({ record: { ...record, roles } })).toMatchObject(missing);
  });

  it("refuses what was built from another lock, and a lock that is for another Talos", () => {
    const other = { ...record, roles: [{ ...built!, inputsKey: "1".repeat(64) }] };
    const stale = {
      code: "LOCK_STALE",
      message: "the installer of a (arm64) was built from another lock",
      hint: "Build it again: `talos-roles build a`.",
    };
    expect(refusal({ record: other })).toMatchObject(stale);
    expect(refusal({ lock: { ...lock, roles: {} } })).toMatchObject(stale);
    expect(refusal({ lock: { ...lock, talos: "v1.13.9" } })).toMatchObject({
      code: "LOCK_STALE",
      message: "the lock is for Talos v1.13.9, and roles.yaml asks for v1.13.6",
      hint: "`talos-roles lock` brings it up to date; then build again.",
    });
  });
});
