import { parse } from "yaml";
import { isRolesError } from "../../errors.ts";
import { parseServiceSpec, type ServiceSpec } from "../../talos/service-spec.ts";
import type { NodeExtension, NodeImage } from "../node/model.ts";
import type { GuestLink } from "./guest-link.ts";

const specFolder = "/usr/local/etc/containers";

interface Layer {
  image: string;
  metadata: { name: string; version: string; author?: string; description?: string };
}

/** What a booted guest shows of its image, read from its merged root and not from what was built. */
export async function readImage(
  link: GuestLink,
  { talosVersion, kernelRelease }: { talosVersion: string; kernelRelease: string },
): Promise<NodeImage> {
  const text = (await link.ask("read", "/etc/extensions.yaml")).text;
  const { layers = [] } = (parse(text, { maxAliasCount: 20, logLevel: "error" }) ?? {}) as {
    layers?: Layer[];
  };
  const complaints: string[] = [];
  const specs = await readSpecs(link, complaints);
  const extensions = layers
    .filter(({ metadata }) => metadata.name !== "modules.dep")
    .map(({ metadata }): NodeExtension => ({
      name: metadata.name,
      version: metadata.version,
      author: metadata.author ?? "",
      description: metadata.description ?? "",
      services: [],
    }));
  // The merged root does not tell which layer a service came from, and a node treats all of them alike.
  const [first] = extensions;
  if (first) first.services = specs;
  return { talosVersion, kernelRelease, extensions, complaints };
}

async function readSpecs(link: GuestLink, complaints: string[]): Promise<ServiceSpec[]> {
  const names = (await link.ask("list", specFolder)).text
    .split("\n")
    .filter((name) => name.endsWith(".yaml"));
  const specs: ServiceSpec[] = [];
  for (const name of names) {
    try {
      specs.push(parseServiceSpec((await link.ask("read", `${specFolder}/${name}`)).text, name));
    } catch (error) {
      if (!isRolesError(error)) throw error;
      // As Talos does: said in the log, and passed over.
      complaints.push(`error loading extension service spec ${JSON.stringify(name)}: ${error.message}`);
    }
  }
  return specs;
}

/** Names of the layers that are really mounted, in the order of the list: a layer that was listed and not mounted is not among them. */
export async function mountedLayers(link: GuestLink): Promise<number> {
  const mounts = (await link.ask("mounts")).text;
  const overlay = mounts.split("\n").find((line) => line.startsWith("overlay / overlay"));
  const lower = /lowerdir=([^, ]+)/.exec(overlay ?? "")?.[1];
  return lower === undefined ? 0 : lower.split(":").length - 1;
}

/** Modules of the booted image that are called like one of its extensions: drbd, zfs. */
export async function ownModules(
  link: GuestLink,
  { kernelRelease, extensions }: NodeImage,
): Promise<string[]> {
  const list = (await link.ask("read", `/usr/lib/modules/${kernelRelease}/modules.dep`)).text;
  const present = new Set(
    [...list.matchAll(/([^/\n]+)\.ko(?:\.\w+)?:/g)].map(([, name = ""]) => name.replaceAll("-", "_")),
  );
  return extensions.map(({ name }) => name.replaceAll("-", "_")).filter((name) => present.has(name));
}
