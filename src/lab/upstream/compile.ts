import { runTool } from "../../formats/run-tool.ts";
import type { ToolName } from "../../formats/tools.ts";
import type { Arch } from "../../talos/arch.ts";

/** What a compiler for the guest is called. */
export const compilers = {
  amd64: { tool: "ccAmd64", prefix: "x86_64-linux-gnu-" },
  arm64: { tool: "ccArm64", prefix: "aarch64-linux-gnu-" },
} as const satisfies Record<Arch, { tool: ToolName; prefix: string }>;

interface CompileOptions {
  arch: Arch;
  source: string;
  output: string;
  /** Where the assembler looks for what the source embeds. */
  embedFrom?: string;
}

/** Compiles one C file into a static program: the same bytes wherever it is done. Errors: TOOL_MISSING, TOOL_FAILED. */
export async function compileStatic({ arch, source, output, embedFrom }: CompileOptions): Promise<void> {
  const embed = embedFrom === undefined ? [] : [`-Wa,-I,${embedFrom}`];
  const flags = ["-std=gnu11", "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-Wl,--build-id=none"];
  await runTool(compilers[arch].tool, [...flags, ...embed, "-o", output, source]);
}

/** First line of the compiler's version, for cache keys. Errors: TOOL_MISSING. */
export const compilerVersion = async (arch: Arch): Promise<string> =>
  (await runTool(compilers[arch].tool, ["--version"])).split("\n")[0] ?? "";
