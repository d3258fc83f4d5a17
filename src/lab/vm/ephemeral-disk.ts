import { open } from "node:fs/promises";
import { runTool } from "../../formats/run-tool.ts";

/** Room for what stays over a reboot; what is not written takes none on this computer. Bytes. */
const size = 256 * 1024 * 1024;

/** Makes an empty disk for what a machine keeps over its reboots; one that is there is left as it is. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE. */
export async function makeEphemeralDisk(path: string): Promise<void> {
  const file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw error;
  });
  if (!file) return;
  try {
    await file.truncate(size);
  } finally {
    await file.close();
  }
  await runTool("mkfsExt4", ["-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", path]);
}
