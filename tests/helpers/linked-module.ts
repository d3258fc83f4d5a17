import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface LinkedModule {
  name: string;
  release: string;
  /** Symbols it exports. */
  exports?: string[];
  /** Symbols that it needs from others: depmod finds dependencies by these. */
  needs?: string[];
  alias?: string;
}

/** An arm64 kernel module with a symbol table, made by the real assembler. */
export function linkedModule({ name, release, exports = [], needs = [], alias }: LinkedModule): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "module-"));
  const source = `.section .modinfo,"a"
.asciz "license=GPL"
.asciz "name=${name}"
.asciz "vermagic=${release} SMP mod_unload aarch64"
${alias ? `.asciz "alias=${alias}"` : ""}
.section __ksymtab_strings,"a"
${exports.map((symbol) => `.asciz "${symbol}"`).join("\n")}
.text
${exports.map((symbol) => `.globl ${symbol}\n${symbol}: nop`).join("\n")}
${needs.map((symbol) => `.quad ${symbol}`).join("\n")}
`;
  try {
    writeFileSync(join(folder, "module.s"), source);
    execFileSync("aarch64-linux-gnu-as", ["-o", "module.ko", "module.s"], { cwd: folder });
    return readFileSync(join(folder, "module.ko"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
