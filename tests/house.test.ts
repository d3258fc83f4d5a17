import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forbiddenFor, rooms } from "../scripts/house.ts";

const src = join(import.meta.dirname, "..", "src");

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
}

function filesIn(room: string): string[] {
  return readdirSync(join(src, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(src, room, name));
}

function wrongImports(room: string): string[] {
  const forbidden = new Set(forbiddenFor(room));
  return filesIn(room).flatMap((file) =>
    importsOf(file)
      .map((target) => join(file, "..", target))
      .filter((target) => forbidden.has(target.slice(src.length + 1).split("/")[0] ?? ""))
      .map((target) => `${file.slice(src.length + 1)} imports ${target.slice(src.length + 1)}`),
  );
}

describe("the house", () => {
  it("has a folder in src for every room and no other", () => {
    const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const unknown = folders.map((entry) => entry.name).filter((name) => !rooms.includes(name));
    expect(unknown).toEqual([]);
  });

  it.each(rooms.filter((room) => readdirSync(src).includes(room)))(
    "%s imports only from its left",
    (room) => {
      expect(wrongImports(room)).toEqual([]);
    },
  );

  it("would notice an import that points right", () => {
    expect(forbiddenFor("formats")).toContain("cli");
    expect(forbiddenFor("talos")).toContain("kubernetes");
    expect(forbiddenFor("cli")).toEqual([]);
  });
});
