import { gzipSync } from "node:zlib";
import type { Arch } from "./arch.ts";
import { append, type Cmdline, mergeExtra, parseCmdline, printCmdline, set } from "./cmdline.ts";
import { type Platform, platformArgs } from "./platforms.ts";
import { type Quirks, quirksOf } from "./quirks.ts";

/** A value for Talos' META partition. */
export interface MetaValue {
  /** 0 to 255; 10 (0x0a) is the network configuration for bare metal. */
  key: number;
  value: string;
}

export interface KernelArgsRequest {
  /** Talos version. */
  version: string;
  arch: Arch;
  platform: Platform;
  /** What the command line is for: an ISO stops on a machine that has Talos, a disk image has its META values in a partition. */
  purpose: "iso" | "disk" | "other";
  meta?: readonly MetaValue[];
  /** The role's own arguments, by the rules of `mergeExtra`. */
  extra?: readonly string[];
}

/** The kernel command line of an image, as the official imager of that version writes it: no newline, no NUL. Source: facts §5. */
export function kernelArgs({
  version,
  arch,
  platform,
  purpose,
  meta = [],
  extra = [],
}: KernelArgsRequest): string {
  const quirks = quirksOf(version);
  const start: Cmdline = [{ key: "talos.platform", values: [platform] }];
  const own = parseCmdline(platformArgs(platform, arch, quirks)).reduce(set, start);
  const forIso =
    purpose === "iso" && quirks.haltIfInstalled
      ? append(own, { key: "talos.halt_if_installed", values: ["1"] })
      : own;
  const withDefaults = parseCmdline(defaultArgs(quirks)).reduce(append, forIso);
  const withMeta =
    meta.length > 0 && purpose !== "disk"
      ? append(withDefaults, {
          key: "talos.environment",
          values: [`INSTALLER_META_BASE64=${encodeMeta(meta, quirks)}`],
        })
      : withDefaults;
  return printCmdline(mergeExtra(withMeta, extra));
}

function defaultArgs(quirks: Quirks): string {
  const args: [boolean, string][] = [
    [quirks.initOnAlloc, "init_on_alloc=1"],
    [true, "slab_nomerge= pti=on consoleblank=0"],
    [quirks.nvmeTimeoutEverywhere, "nvme_core.io_timeout=4294967295"],
    [true, "printk.devkmsg=on"],
    [quirks.ima, "ima_template=ima-ng ima_appraise=fix ima_hash=sha512"],
    [quirks.selinux, "selinux=1"],
    [quirks.moduleSignatures, "module.sig_enforce=1"],
    [quirks.procMemOverride, "proc_mem.force_override=never"],
  ];
  return args.flatMap(([present, text]) => (present ? [text] : [])).join(" ");
}

/** Longer texts than this are compressed. Bytes. */
const plainMetaLimit = 256;

function encodeMeta(meta: readonly MetaValue[], { compressedMeta }: Quirks): string {
  const text = Buffer.from(meta.map(({ key, value }) => `0x${key.toString(16)}=${value}`).join(";"));
  const packed = compressedMeta && text.length > plainMetaLimit ? gzipSync(text, { level: 9 }) : text;
  return packed.toString("base64");
}
