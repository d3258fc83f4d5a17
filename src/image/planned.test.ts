import { describe, expect, it } from "vitest";
import { lockOf, pinned } from "../../tests/helpers/small-lock.ts";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { tools as known } from "../formats/tools.ts";
import { type Output, outputs } from "../roles/outputs.ts";
import { emptyContract } from "../talos/contract.ts";
import { planBuild, planTools } from "./plan.ts";

// Keys name bytes in caches and registries for years: they may change only where the bytes do. Where that is meant, raise the `generation` of
// what makes them, and `npx vitest run -u src/image/planned.test.ts` writes the keys anew.

const extension = (name: string, modules: string[] = []) => ({
  ...pinned(`ghcr.io/siderolabs/${name}`),
  name,
  version: "1.0-v1.13.6",
  contract: {
    ...emptyContract(),
    modules: modules.map((module) => ({ name: module, release: "6.18.44-talos", dependsOn: [] })),
  },
});
const lock = lockOf({ zfs: extension("zfs", ["zfs"]), spin: extension("spin") });
const tools = Object.fromEntries(Object.keys(known).map((name) => [name, `${name} 1.0`]));
const settings = "extensions: [zfs, spin], kernelArgs: [quiet], meta: [{key: 10, value: 'a: 1'}]";
const nodes = "nodes: [{name: n1, role: a, address: 10.0.0.1, mac: '52:54:00:00:00:01'}]";
const plan = (wanted: readonly Output[], talos = "v1.13.6") =>
  planBuild({
    roles: rolesOf(`cluster: {talos: ${talos}, arch: arm64}\nroles: {a: {${settings}}}\n${nodes}\n`),
    lock: { ...lock, talos },
    outputs: wanted,
    tools,
  }).targets.map(({ segments, modulesDepKey, assets, installerReference, nodes: machines }) => ({
    installerReference,
    modulesDepKey,
    machines: machines.map(({ name }) => name),
    segments: segments.map(({ key, file, hasModules }) => ({ key, file, hasModules })),
    assets,
  }));

describe("what is planned", () => {
  it.each(["v1.9.5", "v1.10.9", "v1.13.6", "v1.14.0"])("for Talos %s, key by key", async (talos) => {
    const wanted = talos === "v1.9.5" ? (["kernel", "initramfs", "cmdline", "installer"] as const) : outputs;
    await expect(`${JSON.stringify(plan(wanted, talos), null, 2)}\n`).toMatchFileSnapshot(
      `fixtures/planned/${talos}.json`,
    );
  });

  it("makes of each output what it is for", () => {
    for (const output of outputs) {
      const kinds = plan([output]).flatMap(({ assets }) =>
        assets.map(({ kind, format, platform }) => [kind, format, platform].filter(Boolean).join(" ")),
      );
      expect([output, kinds]).toMatchSnapshot();
    }
  });

  it("has an extension that no registry has after the role's own, under a key of its content", () => {
    const of = (text: string) => {
      const virtual = {
        manifest: { name: "embedded-config", version: "1", author: "", description: "", compatibility: "" },
        files: [{ path: "config.yaml", mode: 0o400, text }],
      };
      const [target] = planBuild({
        roles: rolesOf(`cluster: {talos: v1.13.6, arch: arm64}\nroles: {a: {extensions: [spin]}}\n`),
        lock: lockOf({ spin: extension("spin") }),
        outputs: ["initramfs"],
        tools,
        virtual: { a: [virtual] },
      }).targets;
      return target!;
    };
    const { segments, modulesDepKey } = of("x");
    expect(segments.map(({ file, version, hasModules }) => [file, version, hasModules])).toEqual([
      ["spin.sqsh", "1.0-v1.13.6", false],
      ["embedded-config.sqsh", "1", false],
    ]);
    expect(segments[1]).toMatchObject({
      name: "embedded-config",
      from: { virtual: { files: [{ text: "x" }] } },
    });
    expect(of("y").segments[1]!.key).not.toBe(segments[1]!.key);
    expect(modulesDepKey).toBeUndefined();
  });

  it("refuses a role that the lock does not have", () => {
    const roles = rolesOf("cluster: {talos: v1.13.6, arch: arm64}\nroles: {b: {extensions: [spin]}}\n");
    expect(() => planBuild({ roles, lock, outputs: ["kernel"], tools })).toThrow(
      expect.objectContaining({
        code: "LOCK_INVALID",
        message: "the lock has no role b for arm64",
        hint: "`talos-roles lock` brings it up to date.",
      }) as Error,
    );
  });

  it("asks for the versions of all programs that make it", () => {
    expect([...new Set(planTools)].toSorted()).toMatchSnapshot();
  });

  it("refuses before 1.10 what needs GRUB, or a UKI", () => {
    const refusal = (output: Output): unknown => {
      try {
        return plan([output], "v1.9.5");
      } catch (error) {
        return error;
      }
    };
    for (const output of ["metal", "iso"] as const)
      expect(refusal(output)).toMatchObject({
        code: "UNSUPPORTED",
        message: expect.stringContaining(`has no ${output} image without GRUB`) as string,
        hint: expect.stringContaining("1.10 or later") as string,
      });
    expect(refusal("uki")).toMatchObject({
      code: "UNSUPPORTED",
      message: "role a: Talos v1.9.5 has no UKI without Secure Boot keys",
      hint: expect.stringContaining("`kernel`, `initramfs` and `cmdline`") as string,
    });
  });
});
