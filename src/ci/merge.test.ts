import { describe, expect, it } from "vitest";
import { foundingRoles, recordOf } from "./fixtures/pipeline.ts";
import { type JobRecord, mergeRecords, unrecorded } from "./merge.ts";

const roles = foundingRoles();
const job = (record: JobRecord["record"], path = "records/a/build-record.json"): JobRecord => ({
  path,
  record,
});
const both = [job(recordOf("compute")), job(recordOf("gateway"))];
const faults = (jobs: readonly JobRecord[]) => mergeRecords(roles, jobs).faults;

describe("merging records", () => {
  it("joins one record of each role, in the order of roles.yaml, whatever order the jobs ended in", () => {
    const { record, faults } = mergeRecords(roles, both.toReversed());
    expect(faults).toEqual([]);
    expect(record.roles.map(({ name }) => name)).toEqual(["compute", "gateway"]);
    expect(record.talosVersion).toBe("v1.13.6");
  });

  it("takes the same record twice", () => {
    expect(faults([...both, ...both])).toEqual([]);
  });

  it("fails on a missing role and names it", () => {
    expect(faults([job(recordOf("compute"))])).toEqual([
      "gateway for arm64 is missing: its job failed, or left no record",
    ]);
    expect(faults([])).toHaveLength(2);
  });

  it("fails on a missing output", () => {
    expect(faults([job(recordOf("compute", { assets: [] })), job(recordOf("gateway"))])).toEqual([
      "compute for arm64 has no installer",
    ]);
  });

  it("knows a disk image by its platform", () => {
    const metal = { ...roles, images: { ...roles.images, outputs: ["metal"] } };
    const [asset] = recordOf("compute").roles[0]!.assets;
    const disk = { assets: [{ ...asset!, kind: "disk", platform: "metal" }] };
    expect(
      mergeRecords(metal, [job(recordOf("compute", disk)), job(recordOf("gateway", disk))]).faults,
    ).toEqual([]);
    expect(mergeRecords(metal, both).faults).toEqual([
      "compute for arm64 has no metal",
      "gateway for arm64 has no metal",
    ]);
  });

  it("fails on two records of a role that differ, on another Talos, and on strangers", () => {
    const other = job(recordOf("compute", { kernelRelease: "6.1" }), "records/b/build-record.json");
    expect(faults([...both, other])).toEqual([
      "compute for arm64 is in records/a/build-record.json and in records/b/build-record.json, and they differ",
    ]);
    expect(
      faults([job({ ...recordOf("compute"), talosVersion: "v1.13.5" }), job(recordOf("gateway"))]),
    ).toEqual(["records/a/build-record.json is of Talos v1.13.5, not v1.13.6"]);
    expect(faults([...both, job(recordOf("storage"), "x")])).toEqual([
      "x has storage for arm64, which roles.yaml does not",
    ]);
    expect(faults([...both, job(recordOf("compute", { arch: "amd64" }), "x")])).toEqual([
      "x has compute for amd64, which roles.yaml does not",
    ]);
  });

  it("takes what was published before for a role that no job built", () => {
    const jobs = both.slice(0, 1);
    expect(unrecorded(roles, jobs)).toEqual([{ role: "gateway", arch: "arm64" }]);
    const [gateway] = recordOf("gateway").roles;
    const { record, faults } = mergeRecords(roles, jobs, {
      published: new Map([["gateway-arm64", gateway!]]),
    });
    expect(faults).toEqual([]);
    expect(record.roles.map(({ name }) => name)).toEqual(["compute", "gateway"]);
  });

  it("a published role must have every output, too", () => {
    const both = { ...roles, images: { ...roles.images, outputs: ["installer", "iso"] } };
    const published = new Map(
      ["compute", "gateway"].map((name) => [`${name}-arm64`, recordOf(name).roles[0]!] as const),
    );
    expect(mergeRecords(both, [], { published }).faults).toEqual([
      "compute for arm64 has no iso",
      "gateway for arm64 has no iso",
    ]);
  });

  it("takes the digests that push told, and fails where one is missing", () => {
    const digest = `sha256:${"d".repeat(64)}`;
    const told = { role: "compute", arch: "arm64", build: "x/talos-compute:v1.13.6-0", digest };
    const jobs = [{ ...both[0]!, pushed: [told] }, both[1]!];
    const { record, faults } = mergeRecords(roles, jobs, { pushed: true });
    expect(record.roles[0]).toMatchObject({ pushed: { digest, build: told.build } });
    expect(faults).toEqual(["gateway for arm64 was not pushed"]);
  });
});
