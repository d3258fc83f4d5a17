import { describe, expect, it } from "vitest";
import type { NodeVerdict } from "../cluster/cluster-verdict.ts";
import { yes } from "../roles/answer.ts";
import { transitionLine, watchDisplay, watchTable } from "./watch.ts";

const node = (name: string, more: Partial<NodeVerdict> = {}): NodeVerdict => ({
  name,
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
  kubernetesReady: yes(),
  bootCompletes: yes(),
  roleFunctional: yes(),
  causes: [],
  ...more,
});
const booting = node("n9", {
  stage: "booting",
  minutesLeft: 61,
  waitingFor: ["ext-tailscale: extension service config"],
  bootCompletes: { answer: "unknown", reasons: ["it is still booting"] },
});

describe("the display of a formation", () => {
  it("has a line for each node: what it waits for, and how much of the 70 minutes is left", () => {
    const text = watchTable([node("n1"), booting], { columns: 120, rows: 24 });
    expect(text).toContain("61 of 70 min");
    expect(text).toContain("ext-tailscale: extension service config");
    expect(text.split("\n")).toHaveLength(4);
  });

  it("says why an answer is not known", () => {
    const asked = { answer: "unknown", reasons: ["the tailnet was not asked"] } as const;
    const gateway = node("g1", { roleFunctional: { ...asked, reasons: [...asked.reasons] } });
    expect(watchTable([gateway, node("n2")], { columns: 120, rows: 24 })).toMatch(
      /\?\s+g1 .*the tailnet was not asked/,
    );
  });

  it("shows those that are not well where not all fit", () => {
    const many = Array.from({ length: 30 }, (_, at) => node(`w${at}`));
    const text = watchTable([...many, booting], { columns: 80, rows: 12 });
    expect(text).toContain("n9");
    expect(text).toContain("and 23 more");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("writes only what happens where there is no terminal, and draws the table again where there is one", () => {
    const transition = {
      node: "n1",
      at: null,
      kind: "stage",
      state: "running",
      text: "stage running",
    } as const;
    const verdict = { formed: false, nodes: [booting], cluster: [] };
    const plain: string[] = [];
    const without = watchDisplay({ write: (text) => plain.push(text) });
    without.verdict(verdict);
    without.transition(transition);
    without.close();
    expect(plain).toEqual([`${transitionLine(transition)}\n`]);
    const live: string[] = [];
    const on = watchDisplay({ write: (text) => live.push(text), terminal: { columns: 80, rows: 24 } });
    on.verdict(verdict);
    on.transition(transition);
    on.close();
    // The table's two lines are taken away before the line, and drawn again below it.
    expect(live.join("")).toMatch(
      /n9[^]*\u001B\[2A\u001B\[J--:--:-- n1 stage running\n[^]*n9[^]*\u001B\[2A\u001B\[J$/,
    );
  });
});
