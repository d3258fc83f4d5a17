import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Arch } from "./arch.ts";
import { kernelArgs } from "./kernel-args.ts";
import type { Platform } from "./platforms.ts";

const old =
  "init_on_alloc=1 slab_nomerge pti=on consoleblank=0 nvme_core.io_timeout=4294967295 printk.devkmsg=on";
const ima = "ima_template=ima-ng ima_appraise=fix ima_hash=sha512";
const v14 =
  "slab_nomerge pti=on consoleblank=0 printk.devkmsg=on selinux=1 module.sig_enforce=1 proc_mem.force_override=never";
const aws = "talos.platform=aws console=tty1 console=ttyS0 net.ifnames=0";

/** The strings that Talos' own tests assert (facts §5.5), and what its tables say of the other platforms. */
const expected: [string, Platform, Arch, string][] = [
  ["1.7.0", "metal", "amd64", `talos.platform=metal console=ttyS0 console=tty0 ${old} ${ima}`],
  ["1.7.0", "metal", "arm64", `talos.platform=metal console=ttyAMA0 console=tty0 ${old} ${ima}`],
  ["1.8.0", "metal", "amd64", `talos.platform=metal console=tty0 ${old} ${ima}`],
  ["v1.9.6", "metal", "arm64", `talos.platform=metal console=ttyAMA0 console=tty0 ${old} ${ima}`],
  ["1.10.1", "metal", "amd64", `talos.platform=metal console=tty0 ${old} ${ima} selinux=1`],
  ["1.10.1", "metal", "arm64", `talos.platform=metal console=ttyAMA0 console=tty0 ${old} ${ima} selinux=1`],
  ["1.11.0", "metal", "arm64", `talos.platform=metal console=ttyAMA0 console=tty0 ${old} selinux=1`],
  ["v1.12.11", "metal", "amd64", `talos.platform=metal console=tty0 ${old} selinux=1 module.sig_enforce=1`],
  [
    "v1.13.6",
    "metal",
    "arm64",
    "talos.platform=metal console=ttyAMA0 console=tty0 init_on_alloc=1 slab_nomerge pti=on consoleblank=0 nvme_core.io_timeout=4294967295 printk.devkmsg=on selinux=1 module.sig_enforce=1 proc_mem.force_override=never",
  ],
  ["1.13.0", "aws", "amd64", `${aws} ${old} selinux=1 module.sig_enforce=1 proc_mem.force_override=never`],
  ["v1.14.0-rc.1", "metal", "arm64", `talos.platform=metal console=ttyAMA0 console=tty0 ${v14}`],
  ["1.14.0", "aws", "amd64", `${aws} nvme_core.io_timeout=4294967295 ${v14}`],
  ["1.14.0", "aws", "arm64", `${aws} nvme_core.io_timeout=4294967295 ${v14}`],
  ["1.14.0", "nocloud", "arm64", `talos.platform=nocloud console=tty1 console=ttyS0 net.ifnames=0 ${v14}`],
  ["1.14.0", "hcloud", "amd64", `talos.platform=hcloud console=tty1 console=ttyS0 net.ifnames=0 ${v14}`],
  [
    "1.14.0",
    "oracle",
    "arm64",
    `talos.platform=oracle console=tty1 console=ttyS0 net.ifnames=0 talos.dashboard.disabled=1 ${v14}`,
  ],
  [
    "1.14.0",
    "gcp",
    "amd64",
    `talos.platform=gcp console=ttyS0 net.ifnames=0 talos.dashboard.disabled=1 sysctl.kernel.kexec_load_disabled=1 ${v14}`,
  ],
  [
    "1.14.0",
    "azure",
    "amd64",
    `talos.platform=azure console=ttyS0,115200n8 earlyprintk=ttyS0,115200 rootdelay=300 net.ifnames=0 talos.dashboard.disabled=1 sysctl.kernel.kexec_load_disabled=1 ${v14}`,
  ],
  ["1.14.0", "vultr", "amd64", `talos.platform=vultr net.ifnames=0 ${v14}`],
  [
    "1.14.0",
    "vmware",
    "arm64",
    `talos.platform=vmware talos.config=guestinfo console=tty0 console=ttyAMA0 net.ifnames=0 ${v14}`,
  ],
  [
    "1.14.0",
    "akamai",
    "amd64",
    `talos.platform=akamai console=ttyS0 console=tty0 console=tty1 net.ifnames=0 ${v14}`,
  ],
];

describe("kernelArgs", () => {
  it.each(expected)("%s %s %s", (version, platform, arch, text) => {
    expect(kernelArgs({ version, platform, arch, purpose: "other" })).toBe(text);
  });

  const base = { version: "v1.14.0", platform: "metal", arch: "arm64" } as const;

  it("stops an ISO on a machine that has Talos", () => {
    expect(kernelArgs({ ...base, purpose: "iso" })).toBe(
      `talos.platform=metal console=ttyAMA0 console=tty0 talos.halt_if_installed=1 ${v14}`,
    );
  });

  it("adds a role's own arguments by Talos' rules", () => {
    const extra = ["console=ttyS0,115200", "-pti=on", "pti=off", "-selinux", "net.ifnames=0"];
    expect(kernelArgs({ ...base, purpose: "other", extra })).toBe(
      "talos.platform=metal console=ttyS0,115200 slab_nomerge pti=off consoleblank=0 printk.devkmsg=on module.sig_enforce=1 proc_mem.force_override=never net.ifnames=0",
    );
  });

  it("hands META values to the installer, short ones as they are", () => {
    const text = kernelArgs({
      ...base,
      purpose: "other",
      meta: [
        { key: 10, value: "x: y" },
        { key: 12, value: "b" },
      ],
    });
    const [, packed = ""] = /talos\.environment=INSTALLER_META_BASE64=(\S+)$/.exec(text) ?? [];
    expect(Buffer.from(packed, "base64").toString()).toBe("0xa=x: y;0xc=b");
  });

  it("compresses long META values", () => {
    const text = kernelArgs({ ...base, purpose: "iso", meta: [{ key: 10, value: "y".repeat(300) }] });
    const [, packed = ""] = /INSTALLER_META_BASE64=(\S+)$/.exec(text) ?? [];
    expect(packed.length).toBeLessThan(100);
    expect(gunzipSync(Buffer.from(packed, "base64")).toString()).toBe(`0xa=${"y".repeat(300)}`);
  });

  it("leaves META values out of a disk image's command line: they are in its partition", () => {
    expect(kernelArgs({ ...base, purpose: "disk", meta: [{ key: 10, value: "a" }] })).not.toContain("META");
  });
});
