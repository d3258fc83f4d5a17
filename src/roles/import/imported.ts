import type { Arch } from "../../talos/arch.ts";
import type { ConfigDocument } from "../../talos/config/document.ts";
import type { MetaValue, Position } from "../model.ts";
import type { RolesInput } from "../schema.ts";
import type { OtherKey } from "./repository.ts";

/** A node, or a kind of node, as it is to become part of roles.yaml. */
export interface ImportedNode {
  name: string;
  at: Position;
  address?: string;
  arch?: Arch;
  talos?: string;
  controlPlane?: boolean;
  /** Name of the group that its source puts it in. */
  group?: string;
  /** Undefined where the list cannot be told. */
  extensions: string[] | undefined;
  /** How the list was found, or why it was not. */
  source: string;
  kernelArgs: string[];
  meta: MetaValue[];
  /** What its image has and a role has no place for. */
  notCarried: readonly Omit<NotCarried, "nodes">[];
  documents: readonly ConfigDocument[];
  /** Why something may be missing. */
  hidden: readonly string[];
  /** It stands for an image, not for a machine. */
  isImage: boolean;
}

export interface ImportSource {
  /** The file or folder that it was found by. */
  path: string;
  name?: string;
  nodes: readonly ImportedNode[];
  otherKeys: readonly OtherKey[];
  /** What the source's reader could not read. */
  notes: readonly { message: string; at: Position }[];
}

/** Something that roles.yaml does not have of it, and what to do. */
export interface NotCarried {
  what: string;
  reason: string;
  /** Whose it is; empty for the whole. */
  nodes: string[];
  at: Position | null;
}

export interface ImportedRoles {
  roles: RolesInput;
  notCarried: NotCarried[];
}

/** One thing for several nodes is told once, and what is left for one reason by the same nodes in one line. */
export function gathered(items: readonly NotCarried[]): NotCarried[] {
  const sameThing = merged(
    items,
    ({ what, reason }) => `${what}\n${reason}`,
    (there, item) => ({
      ...there,
      nodes: [...new Set([...there.nodes, ...item.nodes])],
    }),
  );
  return merged(
    sameThing,
    ({ reason, nodes }) => `${reason}\n${nodes.join("\n")}`,
    (there, item) => ({
      ...there,
      what: `${there.what}, ${item.what}`,
    }),
  );
}

function merged(
  items: readonly NotCarried[],
  keyOf: (item: NotCarried) => string,
  join: (there: NotCarried, item: NotCarried) => NotCarried,
): NotCarried[] {
  const byKey = new Map<string, NotCarried>();
  for (const item of items) {
    const there = byKey.get(keyOf(item));
    byKey.set(keyOf(item), there ? join(there, item) : item);
  }
  return [...byKey.values()];
}
