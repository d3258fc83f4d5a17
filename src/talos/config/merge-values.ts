import { fieldsOf, type ValueType } from "./schema.ts";
import {
  type ConfigNode,
  type Entry,
  isNull,
  type ListNode,
  type MapNode,
  nodeAt,
  type ScalarNode,
  textOf,
} from "./tree.ts";

const anything: ValueType = { sort: "any" };

/** Lists that Talos merges by key instead of appending: the key of an item, or undefined where it has none. */
const keysOfLists: Record<string, (item: ConfigNode) => string | undefined> = {
  ConfigFileList: (item) => textOf(nodeAt(item, ["mountPath"])),
  VlanList: (item) => textOf(nodeAt(item, ["vlanId"])) ?? "0",
  AdmissionPluginConfigList: (item) => textOf(nodeAt(item, ["name"])) ?? "",
  ImageVerificationRules: (item) => textOf(nodeAt(item, ["image"])) ?? "",
  NetworkDeviceList: deviceKey,
};

function deviceKey(item: ConfigNode): string | undefined {
  const name = textOf(nodeAt(item, ["interface"]));
  if (name) return `interface ${name}`;
  const selector = nodeAt(item, ["deviceSelector"]);
  if (selector?.kind !== "map") return undefined;
  const parts = [...selector.entries].map(([key, { value }]) => `${key}=${textOf(value) ?? ""}`).sort();
  return `selector ${parts.join(" ")}`;
}

/**
 * Merges `right` into `left` as Talos' strategic merge does (pkg/machinery/config/merge): zero values on the right change nothing,
 * maps merge key by key, lists are appended save those that are replaced or merged by key.
 */
export function mergeValues(
  left: ConfigNode | undefined,
  right: ConfigNode,
  type: ValueType = anything,
  onMismatch: (right: ConfigNode) => void = () => {},
): ConfigNode {
  if (!left || isNull(left)) return right;
  if (isNull(right)) return left;
  if (type.sort === "struct" && type.replace) return right;
  if (left.kind === "map" && right.kind === "map") return mergeMaps(left, right, type, onMismatch);
  if (left.kind === "list" && right.kind === "list") return mergeLists(left, right, type, onMismatch);
  if (!mergeable(left, right, type)) onMismatch(right);
  return left.kind === "scalar" && right.kind === "scalar" ? mergeScalars(left, right, type) : right;
}

/** Unlike kinds of values do not merge; what is opaque may be of any kind. */
function mergeable(left: ConfigNode, right: ConfigNode, type: ValueType): boolean {
  if (isOpaque(left) || isOpaque(right)) return true;
  if (left.kind !== "scalar" || right.kind !== "scalar") return false;
  // Go keeps the kind of a value inside free-form maps, and does not merge text into a number.
  return type.sort !== "any" || typeof left.value === typeof right.value;
}

const isOpaque = (node: ConfigNode): boolean => node.kind === "scalar" && node.opaque !== undefined;

type OnMismatch = (right: ConfigNode) => void;

function mergeMaps(left: MapNode, right: MapNode, type: ValueType, onMismatch: OnMismatch): MapNode {
  const entries = new Map<string, Entry>(left.entries);
  const fields = type.sort === "struct" ? fieldsOf(type.type) : undefined;
  for (const [key, entry] of right.entries) {
    const there = entries.get(key);
    const inner = fields ? (fields.get(key)?.type ?? anything) : type.sort === "map" ? type.item : anything;
    // A map of arguments ({*}) is copied key by key: the right value stands.
    const value =
      type.sort === "map" && inner.sort === "any"
        ? entry.value
        : mergeValues(there?.value, entry.value, inner, onMismatch);
    entries.set(key, mergeEntries(there, { ...entry, value }));
  }
  return { ...left, entries };
}

/** What a template may leave out does not surely replace what was there. */
function mergeEntries(there: Entry | undefined, entry: Entry): Entry {
  if (!entry.maybe || !there) return entry;
  const { maybe: _, ...sure } = entry;
  const value =
    entry.value.kind === "scalar" ? ({ ...entry.value, opaque: "template" } as const) : entry.value;
  return { ...sure, value };
}

function mergeLists(left: ListNode, right: ListNode, type: ValueType, onMismatch: OnMismatch): ListNode {
  if (type.sort !== "list") return { ...left, items: [...left.items, ...right.items] };
  if (type.replace) return right;
  const keyOf = type.keyed ? keysOfLists[type.keyed] : undefined;
  if (!keyOf) return { ...left, items: [...left.items, ...right.items] };
  const items = [...left.items];
  for (const item of right.items) {
    const key = keyOf(item);
    const there = key === undefined ? -1 : items.findIndex((one) => keyOf(one) === key);
    if (there < 0) items.push(item);
    // Talos replaces rules of image verification, and merges the others.
    else
      items[there] =
        type.keyed === "ImageVerificationRules"
          ? item
          : mergeValues(items[there], item, type.item, onMismatch);
  }
  return { ...left, items };
}

function mergeScalars(left: ScalarNode, right: ScalarNode, type: ValueType): ScalarNode {
  const pointer = "pointer" in type && type.pointer;
  const zero = right.value === "" || right.value === 0;
  return zero && !right.opaque && !pointer ? left : right;
}
