import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockOf } from "../../tests/helpers/small-lock.ts";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { coveredBy, rolesChecksum } from "./covered.ts";
import { inputsKey, lockRole } from "./locked-role.ts";

const folder = mkdtempSync(join(tmpdir(), "covered-"));
afterAll(() => rmSync(folder, { recursive: true }));
const limit = 1 << 20;
writeFileSync(join(folder, "config.yaml"), "machine: {}\n");
writeFileSync(join(folder, "full.yaml"), "a".repeat(limit));
writeFileSync(join(folder, "over.yaml"), "a".repeat(limit + 1));

const of = (settings: string, more = "") =>
  coveredBy(
    rolesOf(
      `cluster: {talos: v1.13.6, arch: [arm64, amd64]}\nroles: {a: {extensions: [siderolabs/zfs, zfs, drbd]${settings}}}\n${more}`,
      join(folder, "roles.yaml"),
    ),
  );

describe("coveredBy", () => {
  it("reads what decides a role's image, and nothing else", async () => {
    const { covered, embedded } = await of(", purpose: x, labels: {a: b}");
    expect(embedded).toEqual({});
    expect(covered).toEqual({
      talos: "v1.13.6",
      schematicExtension: false,
      sectorSize: 512,
      roles: { a: { arch: ["amd64", "arm64"], extensions: ["zfs", "drbd"], kernelArgs: [], meta: [] } },
    });
    expect(rolesChecksum(covered)).toBe(rolesChecksum((await of("")).covered));
    expect(rolesChecksum(covered)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it("knows an embedded machine config by its content, which stays apart", async () => {
    const { covered, embedded } = await of(", embeddedConfig: config.yaml");
    expect(embedded).toEqual({ a: "machine: {}\n" });
    expect(covered.roles["a"]!.embeddedConfig).toBe(
      "2a5c1276ba1c0a483d83c671b8276645063d9bdb257415a6b259223fffdeb619",
    );
    expect((await of(", embeddedConfig: full.yaml")).embedded["a"]).toHaveLength(limit);
  });

  it("refuses one that is missing or too large", async () => {
    await expect(of(", embeddedConfig: none.yaml")).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
      message: "role a: cannot read its embeddedConfig none.yaml",
      hint: "The path is relative to the roles file.",
      cause: { code: "ENOENT" },
    });
    await expect(of(", embeddedConfig: over.yaml")).rejects.toMatchObject({
      code: "ROLES_INVALID",
      message: `role a: embeddedConfig over.yaml is over ${limit} bytes`,
    });
  });
});

describe("the key of a role's inputs", () => {
  const locked = lockOf({}).architectures.arm64!;
  const keyOf = async (settings: string, more = "") => {
    const { covered, embedded } = await of(settings, more);
    return lockRole("a", { covered, embedded, arch: "arm64", locked });
  };

  // Published images carry it: it may change only where what they are made of does.
  it("is what it always was", async () => {
    expect({
      plain: (await keyOf("")).inputsKey,
      arguments: (await keyOf(", kernelArgs: [quiet]")).inputsKey,
      sectors: (await keyOf("", "images: {sectorSize: 4096}\n")).inputsKey,
      schematic: (await keyOf("", "images: {schematicExtension: true}\n")).inputsKey,
    }).toMatchSnapshot();
  });

  it("is that of nothing for a role that is not there", async () => {
    const { covered } = await of("");
    const empty = inputsKey("none", { covered, arch: "arm64", locked, schematic: null });
    const { covered: bare } = await coveredBy(
      rolesOf("cluster: {talos: v1.13.6, arch: arm64}\nroles: {a: {extensions: []}}\n"),
    );
    expect(inputsKey("a", { covered: bare, arch: "arm64", locked, schematic: null })).toBe(empty);
    expect(lockRole("none", { covered, embedded: {}, arch: "arm64", locked }).extensions).toEqual([]);
  });

  it("says why where only the factory knows the schematic", async () => {
    const { schematic, schematicReason } = await keyOf("");
    expect([schematic, schematicReason]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), undefined]);
    const odd = await keyOf(', kernelArgs: ["a\\u0007b"]').catch((error: unknown) => error);
    expect(odd).toMatchObject({ schematic: null, schematicReason: expect.stringMatching(/./) as string });
  });
});
