import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { RolesEvent } from "../../events.ts";
import { openCache } from "../../image/cache.ts";
import { goPrograms } from "./go-programs.ts";

const folder = mkdtempSync(join(tmpdir(), "go-programs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => void vi.unstubAllEnvs());

/** A program in the place of Go, which counts its installations and makes each program a text. */
function fakeGo(install: string): void {
  const bin = mkdtempSync(join(folder, "bin-"));
  const go = join(bin, "go");
  writeFileSync(
    go,
    `#!/bin/sh
case $1 in
  version) echo "go version go1.26.0 linux/amd64" ;;
  env) echo ${folder}/modules ;;
  install) echo "$*" >>${folder}/installed; ${install} ;;
esac
`,
  );
  chmodSync(go, 0o755);
  vi.stubEnv("PATH", `${bin}:/usr/bin:/bin`);
}

const program = { module: "example.org/cmd", programs: ["one"], version: "v1.2.3", tags: ["small"] } as const;
async function build(cacheName: string) {
  const events: RolesEvent[] = [];
  const cache = await openCache(join(folder, cacheName));
  const found = await goPrograms(program, {
    arch: "riscv64" as "arm64",
    cache,
    emit: (one) => events.push(one),
  });
  return { found, events };
}
const warnings = (events: RolesEvent[]): string[] =>
  events.flatMap((one) => (one.type === "note" && one.level === "warning" ? [one.text] : []));

describe("programs that are built with go install", () => {
  it("are built once and then taken from the cache", async () => {
    fakeGo(
      'mkdir -p "$GOPATH/bin/linux_$GOARCH"; echo "program for $GOARCH" >"$GOPATH/bin/linux_$GOARCH/one"',
    );
    const first = await build("cache");
    expect(readFileSync(first.found?.one ?? "", "utf8")).toBe("program for riscv64\n");
    const again = await build("cache");
    expect([again.found, warnings(again.events)]).toEqual([first.found, []]);
    const [line, ...more] = readFileSync(join(folder, "installed"), "utf8").trim().split("\n");
    expect(line).toMatch(/^install -trimpath -tags=small .* example\.org\/cmd\/one@v1\.2\.3$/);
    expect(more).toEqual([]);
  });

  it("are done without where Go is missing, which is said", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    vi.stubEnv("PATH", empty);
    const { found, events } = await build("other");
    expect(found).toBeNull();
    expect(warnings(events)).toEqual([
      expect.stringMatching(/example\.org\/cmd v1\.2\.3 .* done without: .*go/),
    ]);
  });

  it("are done without where their build fails, with its own words", async () => {
    fakeGo('echo "no such module" >&2; exit 1');
    const { found, events } = await build("third");
    expect([found, warnings(events)]).toEqual([null, [expect.stringContaining("no such module")]]);
  });
});
