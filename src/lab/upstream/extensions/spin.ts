import { fromFile } from "../../../formats/bytes.ts";
import { extensionVersions } from "../versions.ts";
import type { Extension, ExtensionInputs } from "./extension.ts";

const part = [
  '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.spin]',
  '  runtime_type = "io.containerd.spin.v2"',
  "",
].join("\n");

const runtime = "usr/local/lib/spin/wazero";

/** Runs a WASI module as a program. What has been compiled once is kept. */
const shim = `#!/bin/sh
# A stand-in for Spin's shim: wazero runs the module.
mkdir -p /var/lib/wazero
exec /${runtime} run -cachedir=/var/lib/wazero -env-inherit "$1"
`;

const noShim = '#!/bin/sh\necho "containerd-shim-spin-v2 (stand-in): no Spin here" >&2\nexit 1\n';

/** A built wazero; null where there is no Go to build it with. */
export type WasmPrograms = { wazero: string } | null;

/** The containerd runtime of Spin: its part of the CRI configuration, and in its shim's place a runtime for WASI modules. */
export const spin = ({ talosVersion, wasm }: ExtensionInputs & { wasm: WasmPrograms }): Extension => ({
  name: "spin",
  version: extensionVersions(talosVersion).spin,
  author: "Sven Pfennig",
  description: wasm
    ? "the CRI part of the Spin runtime, and wazero in its shim's place: it runs WASI modules; no Spin."
    : "the CRI part of the Spin runtime and a script in its shim's place; no Spin.",
  talos: ">= v1.0.0",
  async fill(root) {
    root
      .file("etc/cri/conf.d/10-spin.part", part)
      .file("usr/local/bin/containerd-shim-spin-v2", wasm ? shim : noShim, 0o755);
    if (wasm) root.file(runtime, await fromFile(wasm.wazero), 0o755);
  },
});
