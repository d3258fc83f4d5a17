/** A program that some command calls. `versionArgs` make it print its version; `null` means it prints none. */
export interface Tool {
  command: string;
  /** Debian 12 package that has it; null where Debian's is too old, and `install` says how to get it. */
  debian: string | null;
  install?: string;
  versionArgs: readonly string[] | null;
  /** Which commands need it, for `talos-roles doctor`. */
  neededFor: string;
}

/** Every external program of this package, in one place. `talos-roles doctor` lists it. */
export const tools = {
  mksquashfs: {
    command: "mksquashfs",
    debian: "squashfs-tools",
    versionArgs: ["-version"],
    neededFor: "build",
  },
  unsquashfs: {
    command: "unsquashfs",
    debian: "squashfs-tools",
    versionArgs: ["-version"],
    neededFor: "build, inspect, lock",
  },
  depmod: { command: "depmod", debian: "kmod", versionArgs: ["--version"], neededFor: "build" },
  zstd: { command: "zstd", debian: "zstd", versionArgs: ["--version"], neededFor: "build, inspect" },
  xz: {
    command: "xz",
    debian: "xz-utils",
    versionArgs: ["--version"],
    neededFor: "build, inspect (Talos before 1.8)",
  },
  pigz: {
    command: "pigz",
    debian: "pigz",
    versionArgs: ["--version"],
    neededFor: "build (gz and tar.gz disk images)",
  },
  gzip: { command: "gzip", debian: "gzip", versionArgs: ["--version"], neededFor: "build (installer)" },
  mkfsVfat: {
    command: "mkfs.vfat",
    debian: "dosfstools",
    versionArgs: ["--help"],
    neededFor: "build (iso, disk images), boot",
  },
  mcopy: {
    command: "mcopy",
    debian: "mtools",
    versionArgs: ["--version"],
    neededFor: "build (iso, disk images), boot",
  },
  mdir: {
    command: "mdir",
    debian: "mtools",
    versionArgs: ["--version"],
    neededFor: "inspect (iso, disk images)",
  },
  mmd: {
    command: "mmd",
    debian: "mtools",
    versionArgs: ["--version"],
    neededFor: "build (iso, disk images), boot",
  },
  xorriso: { command: "xorriso", debian: "xorriso", versionArgs: ["--version"], neededFor: "build (iso)" },
  qemuImg: {
    command: "qemu-img",
    debian: "qemu-utils",
    versionArgs: ["--version"],
    neededFor: "build (qcow2)",
  },
  qemuArm64: {
    command: "qemu-system-aarch64",
    debian: "qemu-system-arm",
    versionArgs: ["--version"],
    neededFor: "boot, lab (arm64)",
  },
  qemuAmd64: {
    command: "qemu-system-x86_64",
    debian: "qemu-system-x86",
    versionArgs: ["--version"],
    neededFor: "boot, lab (amd64)",
  },
  mkfsExt4: {
    command: "mkfs.ext4",
    debian: "e2fsprogs",
    versionArgs: ["-V"],
    neededFor: "lab",
  },
  setpriv: {
    command: "setpriv",
    debian: "util-linux",
    versionArgs: ["--version"],
    neededFor: "boot, lab",
  },
  taskset: {
    command: "taskset",
    debian: "util-linux",
    versionArgs: ["--version"],
    neededFor: "build --verify-reproducible",
  },
  aptCache: {
    command: "apt-cache",
    debian: "apt",
    versionArgs: ["--version"],
    neededFor: "lab upstream",
  },
  aptGet: { command: "apt-get", debian: "apt", versionArgs: ["--version"], neededFor: "lab upstream" },
  ccAmd64: {
    command: "x86_64-linux-gnu-gcc",
    debian: "gcc",
    versionArgs: ["--version"],
    neededFor: "lab upstream (amd64)",
  },
  ccArm64: {
    command: "aarch64-linux-gnu-gcc",
    debian: "gcc-aarch64-linux-gnu",
    versionArgs: ["--version"],
    neededFor: "lab upstream (arm64)",
  },
  dpkgDeb: { command: "dpkg-deb", debian: "dpkg", versionArgs: ["--version"], neededFor: "lab upstream" },
  go: {
    command: "go",
    debian: null,
    install: "install Go 1.26 or later from https://go.dev/dl",
    versionArgs: ["version"],
    neededFor: "lab upstream (Tailscale itself; a stand-in without it)",
  },
  make: {
    command: "make",
    debian: "make",
    versionArgs: ["--version"],
    neededFor: "lab upstream, patch cozystack",
  },
  docker: {
    command: "docker",
    debian: null,
    install: "install Docker Engine from https://docs.docker.com/engine/install",
    versionArgs: ["--version"],
    neededFor: "build --engine cozystack (Talos' imager runs in it)",
  },
  skopeo: {
    command: "skopeo",
    debian: "skopeo",
    versionArgs: ["--version"],
    neededFor: "build --engine cozystack",
  },
  crane: {
    command: "crane",
    debian: null,
    install: "`go install github.com/google/go-containerregistry/cmd/crane@v0.22.1`",
    versionArgs: ["version"],
    neededFor: "build --engine cozystack (reads the list of extensions)",
  },
  jq: { command: "jq", debian: "jq", versionArgs: ["--version"], neededFor: "build --engine cozystack" },
  sh: { command: "sh", debian: "dash", versionArgs: null, neededFor: "patch cozystack" },
  bash: { command: "bash", debian: "bash", versionArgs: ["--version"], neededFor: "patch cozystack" },
  git: { command: "git", debian: "git", versionArgs: ["--version"], neededFor: "patch cozystack" },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;
