import { describe, expect, it } from "vitest";
import { RolesError } from "../errors.ts";
import { countDiagnostics, countText, requireCounts } from "./counts.ts";
import { parseRoles } from "./load.ts";

const load = (nodes: string) =>
  parseRoles(
    `roles:
  compute: {count: {min: 1}}
  gateway: {like: compute, count: 1}
  edge: {count: {min: 0, max: 1}}
nodes: ${nodes}
`,
    "roles.yaml",
  ).roles;
const node = (name: string, role: string, last: number) =>
  `{name: ${name}, address: 10.0.0.${last}, role: ${role}}`;

describe("counts", () => {
  it("are held against the inventory only where there is one", () => {
    expect(countDiagnostics(load("[]"))).toEqual([]);
    expect(countDiagnostics(load(`[${node("n1", "gateway", 1)}, ${node("n2", "compute", 2)}]`))).toEqual([]);
  });

  it("two gateways are an error that names both", () => {
    const file = load(
      `[${node("n1", "gateway", 1)}, ${node("n2", "gateway", 2)}, ${node("n3", "compute", 3)}]`,
    );
    expect(countDiagnostics(file)).toMatchObject([
      {
        rule: "role-count",
        severity: "error",
        role: "gateway",
        line: 3,
        column: 3,
        message: "role `gateway` is for exactly 1 node, but 2 have it: n1, n2",
      },
    ]);
    expect(() => requireCounts(file)).toThrow(RolesError);
    expect(() => requireCounts(file)).toThrow(/n1, n2/);
  });

  it("no gateway is an error that names the nodes of which one could be it", () => {
    const file = load(`[${node("n1", "compute", 1)}, ${node("n2", "edge", 2)}]`);
    expect(countDiagnostics(file).map(({ message }) => message)).toEqual([
      "role `gateway` is for exactly 1 node, but no node has it: not one of n1, n2",
    ]);
    const code = (() => {
      try {
        requireCounts(file);
      } catch (error) {
        return (error as RolesError).code;
      }
      return "none";
    })();
    expect(code).toBe("COUNT_VIOLATED");
  });

  it("no gateway among many nodes names the first ones", () => {
    const many = Array.from({ length: 12 }, (_, at) => node(`m${at}`, "compute", at + 1));
    const [{ message } = { message: "" }] = countDiagnostics(load(`[${many.join(", ")}]`));
    expect(message).toMatch(/not one of m0, m1, [^]* m9 and 2 more$/);
  });

  it("read as people say them", () => {
    expect(
      [
        { min: 0, max: null },
        { min: 2, max: null },
        { min: 1, max: 1 },
        { min: 0, max: 3 },
        { min: 2, max: 3 },
      ].map(countText),
    ).toEqual(["any number", "at least 2", "exactly 1", "at most 3", "2 to 3"]);
  });
});
