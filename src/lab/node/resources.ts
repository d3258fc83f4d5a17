import { stringify } from "yaml";
import { WatchEventType } from "../../talos/api/enums.ts";
import type { Resource, Timestamp } from "../../talos/api/types.ts";
import type { Clock } from "./clock.ts";

export interface ResourceKey {
  namespace: string;
  type: string;
  id: string;
}

export interface ResourceChange {
  eventType: number;
  resource: Resource;
  old?: Resource;
}

/** The COSI state of a node: resources by type and id, with versions and watchers. */
export interface ResourceStore {
  /** Creates or updates; a spec that is the same as before changes nothing. */
  put(key: ResourceKey, spec: object, protoSpec: () => Uint8Array): void;
  remove(key: ResourceKey): void;
  get(key: ResourceKey): Resource | undefined;
  list(namespace: string, type: string): Resource[];
  /** Calls `listener` with every later change of the type; returns how to stop. */
  watch(namespace: string, type: string, listener: (change: ResourceChange) => void): () => void;
}

/** A resource with the text that it was made of. */
interface Kept {
  resource: Resource;
  text: string;
}

const kindOf = (namespace: string, type: string): string => `${namespace}\0${type}`;

export function timestamp(ms: number): Timestamp {
  return { seconds: BigInt(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1_000_000 };
}

export function resourceStore(clock: Clock): ResourceStore {
  // By kind, for a kind is what is asked for.
  const kinds = new Map<string, Map<string, Kept>>();
  const ofKind = ({ namespace, type }: Omit<ResourceKey, "id">) => kinds.get(kindOf(namespace, type));
  const keep = (key: ResourceKey, kept: Kept): void => {
    const kind = ofKind(key) ?? new Map<string, Kept>();
    kinds.set(kindOf(key.namespace, key.type), kind.set(key.id, kept));
  };
  const watchers = new Set<{ namespace: string; type: string; listener: (change: ResourceChange) => void }>();
  const tell = (key: ResourceKey, change: ResourceChange) => {
    for (const one of watchers)
      if (one.namespace === key.namespace && one.type === key.type) one.listener(change);
  };
  return {
    put: (key, spec, protoSpec) => {
      const kept = ofKind(key)?.get(key.id);
      const text = JSON.stringify(spec);
      // Nodes say the same every second: both forms are only made of what is new.
      if (kept?.text === text) return;
      const old = kept?.resource;
      const forms = { protoSpec: protoSpec(), yamlSpec: stringify(spec) };
      const resource = resourceOf(key, { old, now: clock.now(), spec: forms });
      keep(key, { resource, text });
      tell(
        key,
        old
          ? { eventType: WatchEventType.updated, resource, old }
          : { eventType: WatchEventType.created, resource },
      );
    },
    remove: (key) => {
      const old = ofKind(key)?.get(key.id)?.resource;
      if (!old) return;
      ofKind(key)?.delete(key.id);
      tell(key, { eventType: WatchEventType.destroyed, resource: old });
    },
    get: (key) => ofKind(key)?.get(key.id)?.resource,
    list: (namespace, type) =>
      [...(ofKind({ namespace, type })?.values() ?? [])]
        .map(({ resource }) => resource)
        .sort((a, b) => ((a.metadata?.id ?? "") < (b.metadata?.id ?? "") ? -1 : 1)),
    watch: (namespace, type, listener) => {
      const watcher = { namespace, type, listener };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

function resourceOf(
  key: ResourceKey,
  {
    old,
    now,
    spec,
  }: { old: Resource | undefined; now: number; spec: { protoSpec: Uint8Array; yamlSpec: string } },
): Resource {
  return {
    metadata: {
      ...key,
      version: String(Number(old?.metadata?.version ?? 0) + 1),
      owner: "node",
      phase: "running",
      created: old?.metadata?.created ?? timestamp(now),
      updated: timestamp(now),
    },
    spec,
  };
}
