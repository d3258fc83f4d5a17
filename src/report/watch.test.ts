import { describe, expect, it } from "vitest";
import type { NodeVerdict } from "../cluster/cluster-verdict.ts";
import { no, yes } from "../roles/answer.ts";
import { transitionLine, watchDisplay, watchTable } from "./watch.ts";

const forged = "\u001B]0;owned\u0007\u001B[2J\u009B2J\u001B[8m";
// oxlint-disable-next-line no-control-regex
const commands = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

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

  it("gives what a node says no hold on the terminal, nor a line of its own", () => {
    const hostile = `${forged}\n12:00:00 n2 formed`;
    const text = transitionLine({ node: "n1", at: null, kind: "service", state: "Waiting", text: hostile });
    const table = watchTable([node("n1", { waitingFor: [hostile], bootCompletes: no(hostile) })], {
      columns: 200,
      rows: 24,
    });
    for (const shown of [text, table]) {
      expect(shown).toContain(String.raw`\x1b]0;owned\x07`);
      expect(shown).not.toMatch(commands);
    }
    expect(text).not.toContain("\n");
    expect(table.split("\n")).toHaveLength(3);
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
