import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRoles } from "../roles/load.ts";
import { commandSteps } from "./commands.ts";
import { machineConfig } from "./machine-config.ts";
import { configTargets } from "./targets.ts";

const roles =
  "compute: {extensions: [zfs, spin]}\n  gw: {like: compute, extensions: {add: [tailscale]}, subnetRouter: {}}\n";

async function stepsFor(nodes: readonly { role: string; controlPlane: boolean }[], out = "machine") {
  const list = nodes.map(
    ({ role, controlPlane }, index) =>
      `  - {name: n${index}, address: 10.0.0.${index + 1}, role: ${role}, controlPlane: ${controlPlane}}\n`,
  );
  const text = `images: {registry: registry.test/x}\nroles:\n  ${roles}nodes:${nodes.length > 0 ? `\n${list.join("")}` : " []\n"}`;
  const { roles: file } = parseRoles(text, "roles.yaml");
  const configs = await Promise.all(configTargets(file).map((target) => machineConfig(file, target)));
  return commandSteps(file, configs, { format: "talosctl", out });
}

const node = fc.record({ role: fc.constantFrom("compute", "gw"), controlPlane: fc.boolean() });

describe("commands", () => {
  it("every config before any image, control planes after workers and each by itself, routers last", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 8 }), async (nodes) => {
        const lines = (await stepsFor(nodes)).flatMap((step) => step.lines);
        const at = (index: number, verb: string) =>
          lines.findIndex((line) => line.includes(`${verb} --nodes 10.0.0.${index + 1} `));
        const upgrades = nodes.map((_, index) => at(index, "upgrade"));
        const patches = nodes.map((_, index) => at(index, "patch machineconfig"));
        expect([...upgrades, ...patches].every((line) => line >= 0)).toBe(true);
        expect(Math.max(...patches)).toBeLessThan(Math.min(...upgrades));
        const rank = nodes.map(({ role, controlPlane }) => (role === "gw" ? 2 : controlPlane ? 1 : 0));
        for (const [a, rankA] of rank.entries())
          for (const [b, rankB] of rank.entries())
            if (rankA < rankB) expect(upgrades[a]).toBeLessThan(upgrades[b]!);
        for (const [index, { controlPlane, role }] of nodes.entries()) {
          expect(lines[upgrades[index]!]).toContain(`registry.test/x/talos-${role}:`);
          if (controlPlane) expect(lines[upgrades[index]! + 1]).toContain("talosctl health");
        }
      }),
      { numRuns: 40 },
    );
  });

  it("quote what a shell would read otherwise", async () => {
    const lines = (await stepsFor([{ role: "compute", controlPlane: false }], "my 'own' dir")).flatMap(
      (step) => step.lines,
    );
    expect(lines[0]).toBe("talos-roles config --out 'my '\\''own'\\'' dir' --with-secrets");
    expect(lines[1]).toContain("--patch '@my '\\''own'\\'' dir/n0.yaml'");
  });

  it("write the patches as they were asked for", async () => {
    const { roles: file } = parseRoles(
      `roles: {a: {}}\nnodes: [{name: n1, address: 10.0.0.1, role: a}]\n`,
      "e.yaml",
    );
    const configs = await Promise.all(configTargets(file).map((target) => machineConfig(file, target)));
    const asked = {
      name: "n1",
      arch: "amd64",
      checkout: "my clone",
      force: true,
      append: true,
      v1alpha1: true,
    } as const;
    const [first] = commandSteps(file, configs, { format: "talm", out: "m", asked });
    expect(first?.lines).toEqual([
      "talos-roles config n1 --file e.yaml --checkout 'my clone' --arch amd64 --format talm --v1alpha1 --append --force --out m --with-secrets",
    ]);
  });

  it("are none without an inventory", async () => {
    expect((await stepsFor([])).flatMap(({ title }) => title)).toEqual(["What Kubernetes needs, once"]);
  });
});
