import type { TalosNode } from "../talos/api/client.ts";
import type { ServiceInfo, Timestamp } from "../talos/api/types.ts";
import { formationQuirks } from "../talos/quirks.ts";
import { known, type Observation, type ObservedService } from "./observation.ts";
import { all, part, resourceTypes as types, text } from "./resources.ts";

type RoleParts = Pick<
  Observation,
  "extensions" | "schematic" | "services" | "serviceConfigs" | "wantedModules" | "modules"
>;

/** What a node shows of its role: its image's layers, its services, its modules. */
export async function readRole(node: TalosNode, talos: string): Promise<RoleParts> {
  const [extensions, services, serviceConfigs, wantedModules, modules] = await Promise.all([
    all(node, types.extensions, (_id, spec) => extensionOf(spec["metadata"])),
    part(async () => (await node.services()).map(serviceOf)),
    all(node, types.serviceConfigs, (id, _spec, { created }) => ({ name: id, created: millis(created) })),
    all(node, types.wantedModules, (id, spec) => ({ name: id, parameters: texts(spec["parameters"]) })),
    readModules(node, talos),
  ]);
  return { extensions, schematic: schematicOf(extensions), services, serviceConfigs, wantedModules, modules };
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

function extensionOf(metadata: unknown) {
  const fields = (metadata ?? {}) as Record<string, unknown>;
  return { name: text(fields["name"]), version: text(fields["version"]), author: text(fields["author"]) };
}

/** Image Factory writes its id as the version of an extension called `schematic`. */
function schematicOf(extensions: Observation["extensions"]): Observation["schematic"] {
  if (!extensions.known) return extensions;
  return known(extensions.value.find(({ name }) => name === "schematic")?.version ?? null);
}

export const millis = (stamp: Timestamp | undefined): number =>
  stamp ? Number(stamp.seconds) * 1000 + Math.floor(stamp.nanos / 1e6) : 0;

const serviceOf = (info: ServiceInfo): ObservedService => ({
  id: info.id,
  state: info.state,
  events: (info.events?.events ?? []).map((event) => ({
    state: event.state,
    message: event.msg,
    at: millis(event.ts),
  })),
});

/** One type lists built-in and dynamic modules, or another only the dynamic ones: which, is a matter of the version; what it lacks, the other may have. */
async function readModules(node: TalosNode, talos: string): Promise<Observation["modules"]> {
  const current = () =>
    all(node, types.modules, (id, spec) => ({ name: id, state: text(spec["state"]) || "live" }));
  const loaded = () =>
    all(node, types.loadedModules, (id, spec) => ({
      name: id,
      state: text(spec["state"]).toLowerCase() || "live",
    }));
  const [likely, other] =
    (formationQuirks(talos)?.modulesAreOneType ?? true) ? [current, loaded] : [loaded, current];
  const found = await likely();
  return found.known && found.value.length === 0 ? other() : found;
}
