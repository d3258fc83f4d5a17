import { describe, expect, it } from "vitest";
import { isRolesError } from "../errors.ts";
import { parseRoles } from "../roles/load.ts";
import { configTargets, requireNoSurplus, surplusRouters } from "./targets.ts";

const fileOf = (text: string) => parseRoles(text, "roles.yaml").roles;
const nodes = (...roles: string[]) =>
  `nodes: [${roles.map((role, index) => `{name: n${index + 1}, address: 10.0.0.${index + 1}, role: ${role}}`).join(", ")}]\n`;
const router = (count = "") => `{extensions: [tailscale], subnetRouter: {routes: [pods]}${count}}`;

describe("which nodes are a subnet router too many", () => {
  it.each([
    ["one", `roles: {gw: ${router()}}\n${nodes("gw")}`, []],
    [
      "two of one role, for which one is the count unless the file says otherwise",
      `roles: {gw: ${router()}}\n${nodes("gw", "gw")}`,
      ["n2"],
    ],
    ["a pair that is meant", `roles: {gw: ${router(", count: 2")}}\n${nodes("gw", "gw")}`, []],
    ["no limit that is meant", `roles: {gw: ${router(", count: {min: 1}")}}\n${nodes("gw", "gw", "gw")}`, []],
    ["two roles for one route", `roles: {a: ${router()}, b: ${router()}}\n${nodes("b", "a")}`, ["n2"]],
    [
      "two roles for two routes",
      `roles: {a: ${router()}, b: {extensions: [tailscale], subnetRouter: {routes: [192.168.0.0/24]}}}\n${nodes("a", "b")}`,
      [],
    ],
    ["nodes with tailscale and no routes", `roles: {a: {extensions: [tailscale]}}\n${nodes("a", "a")}`, []],
  ])("%s", (_, text, expected) => {
    expect([...surplusRouters(fileOf(text)).keys()]).toEqual(expected);
  });
});

describe("targets", () => {
  const file = fileOf(
    `roles: {gw: ${router()}, compute: {extensions: [zfs]}}\n${nodes("gw", "compute", "gw")}`,
  );

  it("a node by name or address, a role by name, everything without a name", () => {
    expect(configTargets(file, "10.0.0.2").map(({ node, role }) => [node?.name, role.name])).toEqual([
      ["n2", "compute"],
    ]);
    expect(configTargets(file, "compute").map(({ node, role }) => [node?.name, role.name])).toEqual([
      [undefined, "compute"],
    ]);
    expect(configTargets(file).map(({ node }) => node?.name)).toEqual(["n1", "n2", "n3"]);
    expect(configTargets({ ...file, nodes: [] }).map(({ role }) => role.name)).toEqual(["gw", "compute"]);
  });

  it("a role on several architectures is asked which: each has its own installer", () => {
    const mixed = fileOf(`cluster: {arch: [amd64, arm64]}
roles: {compute: {}, edge: {arch: arm64}}
nodes: [{name: n1, address: 10.0.0.1, role: compute}, {name: n2, address: 10.0.0.2, role: compute, arch: arm64}]
`);
    const found = (...asked: [name?: string, arch?: "amd64" | "arm64"]) =>
      configTargets(mixed, ...asked).map(({ role, node, arch }) => [node?.name ?? role.name, arch]);
    expect(found("compute", "arm64")).toEqual([["compute", "arm64"]]);
    expect(found("edge")).toEqual([["edge", "arm64"]]);
    expect(found("n2")).toEqual([["n2", "arm64"]]);
    expect(found(undefined, "amd64")).toEqual([["n1", "amd64"]]);
    const empty = { ...mixed, nodes: [] };
    expect(configTargets(empty, undefined, "arm64").map(({ arch }) => arch)).toEqual(["arm64", "arm64"]);
    expect(configTargets(empty, undefined, "amd64").map(({ role }) => role.name)).toEqual(["compute"]);
    const refused: (() => unknown)[] = [
      () => found("compute"),
      () => found("n2", "amd64"),
      () => found("edge", "amd64"),
      () => configTargets(empty),
    ];
    for (const ask of refused)
      expect(ask).toThrow(
        expect.toSatisfy((error) => isRolesError(error, "USAGE") && /arm64/.test(error.hint ?? "")) as Error,
      );
  });

  it("only where the surplus one is among them, nothing is written", () => {
    expect(() => requireNoSurplus(configTargets(file, "n1"))).not.toThrow();
    expect(() => requireNoSurplus(configTargets(file, "compute"))).not.toThrow();
    for (const name of ["n3", "gw", undefined]) {
      expect(() => requireNoSurplus(configTargets(file, name))).toThrow(
        expect.toSatisfy((error) => isRolesError(error, "COUNT_VIOLATED")) as Error,
      );
    }
  });

  it("a name that is neither is a mistake in use", () => {
    expect(() => configTargets(file, "computee")).toThrow(
      expect.toSatisfy((error) => isRolesError(error, "USAGE") && /compute/.test(error.hint ?? "")) as Error,
    );
  });
});
