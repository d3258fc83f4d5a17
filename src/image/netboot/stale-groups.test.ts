import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adr, rolesOf } from "../../../tests/helpers/roles-texts.ts";
import { smallBuild, type SmallBuild } from "../../../tests/helpers/small-build.ts";
import type { BuildOptions } from "../build.ts";

let small: SmallBuild;
beforeAll(async () => {
  small = await smallBuild();
}, 60_000);
afterAll(() => small.close());

const node = (name: string, role: string, mac?: string): string =>
  `  - {name: ${name}, address: 10.0.0.${name.slice(1)}, role: ${role}${mac === undefined ? "" : `, mac: "${mac}"`}}\n`;
const mac = (last: number): string => `52:54:00:00:00:0${last}`;
const first = [
  node("n1", "compute", mac(1)),
  node("n2", "compute", mac(2)),
  node("n3", "compute", mac(3)),
  node("n4", "gateway", mac(4)),
];

const folder = () => join(small.out, "matchbox", "groups");
async function build(nodes: readonly string[], changes: Partial<BuildOptions> = {}) {
  const text = `${adr}nodes:\n${nodes.join("")}`;
  const roles = rolesOf(text, join(small.folder, "roles.yaml"));
  return small.build({ roles, outputs: ["kernel", "initramfs"], ...changes });
}
/** Node and profile of every group that matchbox would serve. */
async function groups(): Promise<string[]> {
  const names = (await readdir(folder())).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder(), name), "utf8")));
  return texts.map((text) => {
    const { id, profile } = JSON.parse(text) as { id: string; profile: string };
    return `${id} ${profile}`;
  });
}
const recordedGroups = ({ record }: Awaited<ReturnType<typeof build>>): string[] =>
  record.roles.flatMap(({ name, assets }) =>
    assets.filter(({ path }) => path.includes("/groups/")).map(({ path }) => `${name} ${path.slice(16, -5)}`),
  );

describe("groups for matchbox", () => {
  it("are those of the inventory after every build: nothing stays served that went", async () => {
    await build(first);
    expect(await groups()).toEqual([
      "n1 compute-arm64",
      "n2 compute-arm64",
      "n3 compute-arm64",
      "n4 gateway-arm64",
    ]);
    // n1 is gone, nothing recognises n2 any more, n3 has moved.
    const moved = await build([
      node("n2", "compute"),
      node("n3", "gateway", mac(3)),
      node("n4", "gateway", mac(4)),
    ]);
    expect(await groups()).toEqual(["n3 gateway-arm64", "n4 gateway-arm64"]);
    expect(recordedGroups(moved)).toEqual(["gateway n3", "gateway n4"]);
    expect(moved.events).toContainEqual({
      type: "note",
      level: "info",
      text: expect.stringContaining("matchbox/groups/n1.json") as string,
    });
  });

  it("of a build of one role are right for that role, and of others stay as they are", async () => {
    await build(first);
    const later = [node("n1", "gateway", mac(1)), node("n2", "compute", mac(2))];
    const gateway = await build(later, { only: ["gateway"] });
    expect(await groups()).toEqual(["n1 gateway-arm64", "n2 compute-arm64", "n3 compute-arm64"]);
    expect(recordedGroups(gateway)).toEqual(["compute n2", "compute n3", "gateway n1"]);
    await build(first);
    await build(later, { only: ["compute"], outputs: ["cmdline"] });
    expect(await groups()).toEqual(["n2 compute-arm64", "n4 gateway-arm64"]);
  });

  it("that someone else has put there are nobody's to remove, and those of a role that is gone are anybody's", async () => {
    await build(first);
    const own = { id: "n9", name: "mine", profile: "compute-arm64", selector: { mac: mac(9) } };
    await writeFile(join(folder(), "n9.json"), JSON.stringify(own));
    await writeFile(join(folder(), "broken.json"), "{");
    await mkdir(join(folder(), "more.json"));
    const lost = JSON.parse(await readFile(join(folder(), "n1.json"), "utf8")) as object;
    await writeFile(
      join(folder(), "n8.json"),
      JSON.stringify({ ...lost, id: "n8", name: "Node n8", profile: "storage-arm64" }),
    );
    await build(first, { only: ["compute"] });
    expect((await readdir(folder())).sort()).toEqual([
      "broken.json",
      "more.json",
      "n1.json",
      "n2.json",
      "n3.json",
      "n4.json",
      "n9.json",
    ]);
  });
});
