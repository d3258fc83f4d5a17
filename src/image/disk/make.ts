import { join } from "node:path";
import { fromFile, lent } from "../../formats/bytes.ts";
import { writeFileWhole } from "../../formats/files.ts";
import type { EspFile } from "../esp.ts";
import type { MetaValue } from "../../talos/kernel-args.ts";
import { packDisk } from "./pack.ts";
import type { DiskPlan } from "./plan.ts";
import { writeRawDisk } from "./write.ts";

export interface DiskOptions {
  plan: DiskPlan;
  esp: readonly EspFile[];
  meta: readonly MetaValue[];
  output: string;
  /** A folder for the raw disk while it is made, on the file system of `output` at best. */
  scratch: string;
  signal?: AbortSignal;
}

/** Makes a disk image, whole or not at all. Errors: TOOL_MISSING, TOOL_FAILED, NO_SPACE. */
export async function makeDisk({ plan, esp, meta, output, scratch, signal }: DiskOptions): Promise<void> {
  const files = await onDisk(esp, scratch);
  const content = { plan, esp: files, meta, ...(signal ? { signal } : {}) };
  const path = join(scratch, "disk.raw");
  const extents = await writeRawDisk(path, content);
  await packDisk({ path, extents }, output, { plan, ...(signal ? { signal } : {}) });
}

/** Larger files are put where the tool can read them itself: through a pipe they would take longer. */
const LARGE = 4 << 20;

const onDisk = (files: readonly EspFile[], folder: string): Promise<EspFile[]> =>
  Promise.all(
    files.map(async (file, index) => {
      if (file.data.path !== undefined || file.data.size < LARGE) return file;
      const path = join(folder, `file-${index}`);
      await writeFileWhole(path, lent(file.data));
      return { ...file, data: await fromFile(path) };
    }),
  );
