import { join } from "node:path";
import { fromFile } from "../../../formats/bytes.ts";
import { quirksOf } from "../../../talos/quirks.ts";
import { type Kernel, modulePath } from "../kernel-package.ts";
import { extensionVersions } from "../versions.ts";
import type { Extension, ExtensionInputs } from "./extension.ts";

/** Modules that the base does not have because this extension brings them, relative to the folder of the release. */
export const drbdModules = async (kernel: Kernel): Promise<string[]> => [await modulePath(kernel, "drbd")];

/** The DRBD module of the kernel's own package, signed with the kernel's own key. */
export const drbd = ({ talosVersion, kernel }: ExtensionInputs & { kernel: Kernel }): Extension => ({
  name: "drbd",
  version: `${extensionVersions(talosVersion).drbd}-${talosVersion}`,
  author: "Alexander Prentki",
  description: `the DRBD module of Debian's kernel ${kernel.release}.`,
  talos: ">= v1.2.0",
  async fill(root) {
    const { modulesPath } = quirksOf(talosVersion);
    for (const path of await drbdModules(kernel))
      root.file(
        `${modulesPath}/${kernel.release}/extras/${path}`,
        await fromFile(join(kernel.modules, path)),
      );
  },
});
