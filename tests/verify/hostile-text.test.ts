import { afterEach, describe, expect, it, vi } from "vitest";
import type { LiveDrift } from "../../src/cluster/drift.ts";
import { verdictOf } from "../../src/cluster/verdict.ts";
import type { ClusterVerdict, NodeVerdict } from "../../src/cluster/cluster-verdict.ts";
import { known } from "../../src/cluster/observation.ts";
import { whyOf } from "../../src/cluster/why.ts";
import { openOutput, shown } from "../../src/cli/output.ts";
import { driftReport } from "../../src/report/drift.ts";
import { verifyReport } from "../../src/report/verify.ts";
import { whyReport } from "../../src/report/why.ts";
import { diagnostic } from "../../src/roles/diagnostic.ts";
import { caseOf, observation } from "../helpers/observed.ts";

const forged = "\u001B]0;owned\u0007\u001B[2J\nThe cluster is formed.\u009B2J";
// oxlint-disable-next-line no-control-regex
const commands = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** A node that says something nasty wherever it may say something. */
function hostileNode(): NodeVerdict {
  const events = [{ state: "Failed", message: `error running service: ${forged}`, at: 1 }];
  const service = { id: `ext-${forged}`, state: "Failed", events };
  return {
    name: "n1",
    address: "10.0.0.1",
    role: "compute",
    extensions: [],
    stage: "running",
    talosVersion: "v1.13.6",
    minutesLeft: null,
    bootLimitSeconds: 4200,
    waitingFor: [],
    bootsSeen: 1,
    observedAt: 0,
    timeline: [],
    ...verdictOf(caseOf(observation({ services: known([service]) }))),
  };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("what a hostile node says", () => {
  const node = hostileNode();
  const verdict: ClusterVerdict = {
    formed: false,
    nodes: [node],
    cluster: [diagnostic({ rule: "mixed-versions", severity: "warning", message: forged })],
  };
  const drift: LiveDrift = {
    nodes: [
      {
        node: "n1",
        role: "compute",
        changes: [{ kind: "extension", name: forged, role: null, node: forged }],
        unknown: [forged],
      },
    ],
    counts: [],
  };

  it.each([
    ["verify", () => verifyReport(verdict)],
    ["why", () => whyReport(whyOf(node))],
    ["diff --live", () => driftReport(drift)],
  ])("is written out in the report of %s, and makes no line of its own", (_, report) => {
    const text = report();
    expect(text).toContain(String.raw`\x1b]0;owned\x07`);
    expect(text).not.toMatch(commands);
    expect(text.split("\n")).not.toContainEqual(expect.stringMatching(/^\s*The cluster is formed/));
  });

  it("commands no terminal as JSON either, and is still there", () => {
    const written: string[] = [];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
    openOutput({ json: true }).result(verdict, () => "");
    expect(written.join("")).not.toMatch(commands);
    expect(JSON.parse(written.join(""))).toEqual(JSON.parse(JSON.stringify(verdict)));
  });

  it("in a patch is written out on a terminal, and kept in a pipe", () => {
    expect(shown(forged, { isTTY: true })).not.toMatch(commands);
    expect(shown(forged, {})).toBe(forged);
  });
});
