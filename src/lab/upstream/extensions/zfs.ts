import { fromFile } from "../../../formats/bytes.ts";
import { quirksOf } from "../../../talos/quirks.ts";
import type { Kernel } from "../kernel-package.ts";
import { extensionVersions } from "../versions.ts";
import { containerRoot, type Extension, type ExtensionInputs, servicePath } from "./extension.ts";

interface ZfsInputs extends ExtensionInputs {
  kernel: Kernel;
  /** Paths of the built modules. */
  modules: { spl: string; zfs: string };
  /** Path of the built service. */
  service: string;
}

const bind = (path: string, ...options: string[]): string =>
  [
    `    - source: ${path}`,
    `      destination: ${path}`,
    "      type: bind",
    `      options: [${options.join(", ")}]`,
  ].join("\n");

const service = [
  "name: zfs-service",
  "depends:",
  "  - service: udevd",
  "  - service: cri",
  "  - path: /dev/zfs",
  "container:",
  "  entrypoint: /zfs-service",
  "  mounts:",
  ...["/lib", "/usr/lib", "/usr/local/lib", "/usr/local/sbin"].map((path) => bind(path, "bind", "ro")),
  ...["/dev", "/run", "/var"].map((path) => bind(path, "rshared", "rbind", "rw")),
  "  security:",
  "    rootfsPropagation: shared",
  "restart: untilSuccess",
  "",
].join("\n");

/** A kernel module named zfs that makes /dev/zfs, and the service that waits for it. */
export const zfs = ({ talosVersion, kernel, modules, service: program }: ZfsInputs): Extension => ({
  name: "zfs",
  version: `${extensionVersions(talosVersion).zfs}-${talosVersion}`,
  author: "Aenix, Enix",
  description: "a kernel module that makes /dev/zfs, and a service that waits for it; no OpenZFS.",
  talos: ">= v1.6.0",
  async fill(root) {
    const folder = `${quirksOf(talosVersion).modulesPath}/${kernel.release}/extras`;
    root
      .file(`${folder}/spl.ko`, await fromFile(modules.spl))
      .file(`${folder}/zfs.ko`, await fromFile(modules.zfs))
      .file(servicePath("zfs-service"), service)
      .file(`${containerRoot("zfs-service")}/zfs-service`, await fromFile(program), 0o755);
    for (const tool of ["zfs", "zpool"])
      root.file(`usr/local/sbin/${tool}`, `#!/bin/sh\necho "${tool} (stand-in): no OpenZFS here"\n`, 0o755);
  },
});
