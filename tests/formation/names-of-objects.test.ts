import { describe, expect, it } from "vitest";
import { readSchematic } from "../../src/catalog/schematic/read.ts";
import { formationOfRoles } from "../../src/formation/from-roles.ts";
import { judge } from "../../src/formation/judge.ts";
import type { Formation } from "../../src/formation/model.ts";
import { rolesOf } from "../helpers/roles-texts.ts";
import { judgeCase } from "./judge-case.ts";

// Names that every JavaScript object answers to: in a table they are what nobody has put there.
const names = ["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"];

const main = (name: string) => `version: v1alpha1
machine:
  type: worker
  network: {hostname: ${name}}
  kernel: {modules: [{name: ${name}}]}
  nodeLabels: {${name}: x}
  ${name}: {a: b}
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: ${name}
environment: [${name}=x]
---
apiVersion: v1alpha1
kind: ${name}
name: ${name}
`;
const roles = (name: string) => `cluster: {talos: v1.13.6, arch: arm64}
roles:
  a:
    extensions: [drbd, ${name.replace(/^__proto__$/, "constructor").toLowerCase()}]
    modules: [{name: ${name}}]
    services: {${name.toLowerCase()}: {environment: {${name}: x}}}
    labels: {${name}: x}
`;

function expectSound(formation: Formation): void {
  expect(formation.diagnostics).not.toEqual([]);
  for (const { message, fix } of formation.diagnostics)
    expect([typeof message, fix === null || typeof fix === "string"]).toEqual(["string", true]);
  expect(JSON.stringify(formation)).not.toMatch(/native code|\[object/);
}

describe.each(names)("%s", (name) => {
  it.each(["v1.9.5", "v1.13.6", "v1.14.0"])(
    "is a name like any other in a config for Talos %s",
    async (talos) => {
      for (const extensions of [[name], ["drbd", "zfs", "tailscale", name]])
        expectSound(await judgeCase({ given: { extensions, talos }, files: { "n1.yaml": main(name) } }));
    },
  );

  it("is a name like any other in a roles file", async () => {
    expectSound(judge(await formationOfRoles(rolesOf(roles(name)), {})));
    const like = `cluster: {talos: v1.13.6, arch: arm64}\nroles: {a: {like: ${name}}}\n`;
    expect(() => rolesOf(like)).toThrow(expect.objectContaining({ code: "ROLES_INVALID" }) as Error);
  });

  it.each(["N: {x: 1}", "customization: {N: [a]}", "customization: {systemExtensions: {N: 1}}"])(
    "is no field of a schematic: %s",
    (text) => {
      expect(() => readSchematic(text.replaceAll("N", name))).toThrow(
        expect.objectContaining({ code: "SCHEMATIC_INVALID" }) as Error,
      );
    },
  );
});
