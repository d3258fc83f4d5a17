import { describe, expect, it } from "vitest";
import { inherit } from "./inherit.ts";
import type { RoleInput } from "./schema.ts";

const merged = (roles: Record<string, RoleInput>, name: string) => inherit(roles).roles.get(name);
const messages = (roles: Record<string, RoleInput>) =>
  inherit(roles).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("like", () => {
  const base: RoleInput = {
    purpose: "base",
    extensions: ["drbd", "zfs"],
    count: 3,
    kernelArgs: ["quiet"],
    labels: { a: "1", b: "1" },
    modules: [{ name: "dm-thin-pool" }, { name: "drbd", parameters: ["x=1"] }],
    meta: [{ key: 10, value: "old" }],
    subnetRouter: { routes: ["pods"], mode: "userspace" },
  };

  it("brings everything but the purpose", () => {
    const { purpose: _purpose, ...rest } = base;
    expect(merged({ base, own: { like: "base" } }, "own")).toEqual(rest);
  });

  it("adds, removes, replaces", () => {
    const of = (extensions: RoleInput["extensions"]) =>
      merged({ base, own: { like: "base", extensions } }, "own")?.extensions;
    expect(of({ add: ["spin", "zfs"] })).toEqual(["drbd", "zfs", "spin"]);
    expect(of({ remove: ["drbd"] })).toEqual(["zfs"]);
    expect(of({ remove: ["zfs"], add: ["zfs"] })).toEqual(["drbd", "zfs"]);
    expect(of(["spin", "spin"])).toEqual(["spin"]);
    expect(of([])).toEqual([]);
  });

  it("merges maps by key, modules by name and META by tag; the role's own wins", () => {
    const own: RoleInput = {
      like: "base",
      labels: { b: "2", c: "2" },
      modules: [{ name: "dm_thin_pool", parameters: ["y=1"] }, { name: "zfs" }],
      meta: [{ key: 10, value: "new" }],
      subnetRouter: { mode: "kernel" },
      kernelArgs: { add: ["-console"] },
    };
    expect(merged({ base, own }, "own")).toMatchObject({
      labels: { a: "1", b: "2", c: "2" },
      modules: [{ name: "dm_thin_pool", parameters: ["y=1"] }, { name: "drbd" }, { name: "zfs" }],
      meta: [{ key: 10, value: "new" }],
      subnetRouter: { routes: ["pods"], mode: "kernel" },
      kernelArgs: ["quiet", "-console"],
    });
  });

  it("false drops an inherited subnet router, for those below too, until one writes it again", () => {
    const roles = {
      base,
      none: { like: "base", subnetRouter: false as const },
      below: { like: "none" },
      again: { like: "below", subnetRouter: { routes: ["services"] } },
    };
    expect(merged(roles, "below")?.subnetRouter).toBe(false);
    expect(merged(roles, "again")?.subnetRouter).toEqual({ routes: ["services"] });
  });

  it("goes through any number of roles, whatever their order, and leaves the order of the file", () => {
    const deep: Record<string, RoleInput> = {};
    for (let level = 2000; level > 0; level -= 1) {
      deep[`r${level}`] = { like: `r${level - 1}`, extensions: { add: [`e${level}`] } };
    }
    deep["r0"] = { extensions: ["e0"] };
    const { roles, problems } = inherit(deep);
    expect(problems).toEqual([]);
    expect(roles.get("r2000")?.extensions).toHaveLength(2001);
    expect([...roles.keys()].slice(0, 2)).toEqual(["r2000", "r1999"]);
  });

  it("leaves the input as it was", () => {
    const roles = { base, own: { like: "base", extensions: { add: ["spin"] }, labels: { z: "1" } } };
    const before = JSON.stringify(roles);
    inherit(roles);
    expect(JSON.stringify(roles)).toBe(before);
  });
});

describe("problems", () => {
  it("an unknown parent is told once, with the nearest", () => {
    expect(messages({ base: {}, a: { like: "bsae" }, b: { like: "a" }, c: { like: "b" } })).toEqual([
      "roles.a.like: there is no role `bsae`; did you mean `base`?",
    ]);
  });

  it("names of Object's own methods are no roles", () => {
    expect(messages({ a: { like: "constructor" } })).toHaveLength(1);
  });

  it("each circle is told once, whole", () => {
    expect(
      messages({ a: { like: "b" }, b: { like: "c" }, c: { like: "a" }, d: { like: "a" }, e: { like: "e" } }),
    ).toEqual([
      "roles.a.like: `like` goes in a circle: a → b → c → a; one of them must stand on its own",
      "roles.e.like: role `e` is `like` itself; remove the line",
    ]);
  });

  it("removing what is not there is told once, with the nearest", () => {
    expect(
      messages({
        base: { extensions: ["drbd", "zfs"] },
        a: { like: "base", extensions: { remove: ["zsf", "zfs", "tailscale"] } },
        b: { like: "a" },
        c: { extensions: { remove: ["zfs"] } },
      }),
    ).toEqual([
      "roles.a.extensions.remove.0: role `base` has no `zsf` to remove; did you mean `zfs`?",
      "roles.a.extensions.remove.2: role `base` has no `tailscale` to remove; it has `drbd` or `zfs`",
      "roles.c.extensions.remove.0: nothing to remove `zfs` from: the role has no `like`",
    ]);
  });
});
