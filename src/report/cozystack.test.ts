import { expect, it } from "vitest";
import type { ProvenPatch } from "../cozystack/patch.ts";
import { patchReport, surveyReport } from "./cozystack.ts";

const made: ProvenPatch = {
  commit: "a".repeat(40),
  tag: null,
  layout: "B1",
  talos: "v1.8.4",
  resolver: "tags",
  defaults: { firmwares: [], extensions: ["drbd"] },
  files: [{ path: "x/Makefile", mode: "100644", before: "b".repeat(40), after: "c".repeat(40) }],
  proofs: [{ name: "applies", says: "git applies it", holds: true, faults: [] }],
  committedProfiles: false,
  patch: "diff\n",
};

it("says what the patch is for, what it changes, and where it falls short", () => {
  const text = patchReport(made, "roles.patch");
  expect(text).toContain("Wrote roles.patch: CozyStack aaaaaaaaaaaa (layout B1, Talos v1.8.4)");
  expect(text).toMatch(/x\/Makefile\s+100644\s+bbbbbbbbbbbb\s+cccccccccccc/);
  expect(text).toContain("  proven: git applies it\n");
  expect(text).toMatch(/note: .*spin and tailscale cannot be found/);
  expect(text).toMatch(/note: .*by hand/);
  expect(patchReport({ ...made, resolver: "digests", committedProfiles: true }, "p")).not.toContain("note:");
});

it("lists refs with what came of each, and counts them", () => {
  const { layout, talos } = made;
  const text = surveyReport([
    {
      ref: "refs/tags/v1",
      commit: "1",
      outcome: { kind: "proven", layout, talos, resolver: "digests", committedProfiles: true },
    },
    {
      ref: "refs/heads/x",
      commit: "2",
      outcome: { kind: "refused", code: "LAYOUT_UNKNOWN", reason: "Makefile:3: odd" },
    },
    {
      ref: "refs/tags/v2",
      commit: "3",
      outcome: { kind: "refused", code: "LAYOUT_UNKNOWN", reason: "Makefile:9: layout B2 …" },
    },
    { ref: "refs/tags/v3", commit: "4", outcome: { kind: "unproven", reason: "bad" } },
  ]);
  expect(text).toMatch(/v1 +B1 +v1\.8\.4 +yes +sh, bash, make +compute, gateway/);
  expect(text).toMatch(/x +\? +- +refused +refused +refused/);
  expect(text).toMatch(/v2 +B2 +-/);
  expect(text).toMatch(/v3 +\? +- +WRONG/);
  expect(text).toContain("    1  layout B2: refused, it builds in a cluster\n");
  expect(text).toContain("    1  refused: Makefile:3: odd\n");
});
