import { type Emit, silent } from "../../events.ts";
import { openCache } from "../../image/cache.ts";
import { startRegistry } from "../../oci/registry/server.ts";
import type { Arch } from "../../talos/arch.ts";
import { archImages } from "./arch-images.ts";
import { mirrorAt } from "./debian/sources.ts";
import { debianPackages } from "./debian/packages.ts";
import { type GoProgram, goPrograms } from "./go-programs.ts";
import { cachedStore, fill } from "./registry-content.ts";
import { extensionVersions, programVersions } from "./versions.ts";

export interface UpstreamOptions {
  /** Talos version that is stood in for: `v1.13.6`. */
  version: string;
  archs: readonly Arch[];
  /** Where packages and made images are kept between starts. */
  cacheDir: string;
  emit?: Emit;
  /** Default: any free port of loopback. */
  port?: number;
  /** Default: the mirror of this machine's own apt. */
  debianMirror?: string;
  /** Looks for newer Debian packages than those settled on before. */
  refresh?: boolean;
}

export interface Upstream {
  /** For `--mirror`: `ghcr.io=http://127.0.0.1:PORT`. */
  mirror: string;
  url: string;
  /** References of everything in it, by their real names. */
  images: string[];
  /** Whether the runtime of WebAssembly could be built for every architecture; without it a pod does not run. */
  hasRuntime: boolean;
  close(): Promise<void>;
}

/** Tailscale of the version that the extension of this Talos carries. */
export const tailscaleProgram = (talos: string): GoProgram<"containerboot" | "tailscaled"> => ({
  module: "tailscale.com/cmd",
  programs: ["containerboot", "tailscaled"],
  version: `v${extensionVersions(talos).tailscale}`,
  tags: ["ts_include_cli"],
});

const wazero: GoProgram<"wazero"> = {
  module: "github.com/tetratelabs/wazero/cmd",
  programs: ["wazero"],
  version: programVersions.wazero,
};

/**
 * Starts a registry on loopback with images of exactly the shape of Talos' own, made of Debian packages. The first start downloads and
 * makes them; later ones take them from the cache. Errors: PACKAGES_UNAVAILABLE, TOOL_MISSING, TOOL_FAILED, UNSUPPORTED, NO_SPACE.
 */
export async function startUpstream(options: UpstreamOptions): Promise<Upstream> {
  const { version, archs, cacheDir, emit = silent, port } = options;
  const cache = await openCache(cacheDir, emit);
  const made = [];
  let hasRuntime = true;
  for (const arch of archs) {
    const packages = await debianPackages({
      arch,
      cache,
      emit,
      ...(options.debianMirror === undefined ? {} : { mirror: mirrorAt(options.debianMirror) }),
      ...(options.refresh === undefined ? {} : { refresh: options.refresh }),
    });
    const programs = await goPrograms(tailscaleProgram(version), { arch, cache, emit });
    const wasm = await goPrograms(wazero, { arch, cache, emit });
    hasRuntime &&= wasm !== null;
    made.push(await archImages({ version, arch, packages, programs, wasm, cache, emit }));
  }
  const store = await cachedStore(made.map(({ piece }) => piece));
  const images = made.map((one) => one.images);
  await fill(store, version, images);
  const registry = await startRegistry({ store, ...(port === undefined ? {} : { port }) });
  return {
    mirror: `ghcr.io=${registry.url}`,
    url: registry.url,
    images: namesOf(images, version),
    hasRuntime,
    close: () => registry.close(),
  };
}

const namesOf = (images: Awaited<ReturnType<typeof archImages>>["images"][], version: string): string[] =>
  [
    ...(images[0] ? [...images[0].talos, ...images[0].extensions] : []).map(
      ({ repository, tag }) => `ghcr.io/${repository}:${tag}`,
    ),
    `ghcr.io/siderolabs/extensions:${version}`,
  ].sort();
