import type { Arch } from "../../talos/arch.ts";
import type { ConfigDocument } from "../../talos/config/document.ts";
import type { ConfigProblem } from "../../talos/config/merge.ts";
import type { ConfigNode, ScalarNode } from "../../talos/config/tree.ts";
import type { Position } from "../model.ts";

/** How a repository keeps its configs. */
export const layouts = ["talhelper", "topf", "talm", "omni", "plain"] as const;
export type Layout = (typeof layouts)[number];

/** The config that a node gets, merged, with what is not known about it. */
export interface NodeConfig {
  documents: readonly ConfigDocument[];
  /** What patches could not do. */
  problems: readonly ConfigProblem[];
  /** Parts that cannot be read, such as a file that is encrypted as a whole: something missing may be in there. */
  hidden: readonly string[];
  /** A tool makes the rest of the config (certificates, endpoint, type), which is not seen. */
  generated: boolean;
  /** Documents in files that nothing includes. */
  unlisted: readonly ConfigDocument[];
}

/** A schematic as it stands in a file, for its extension list and its id. */
export interface SchematicClue {
  root: ConfigNode;
  at: Position;
  /** The node's own layout names it: no id need be compared. */
  used: boolean;
}

/** What a layout says about the image that a node runs; which of it counts is decided later. */
export interface ImageClues {
  /** The installer reference as written, or the part of it that the layout keeps. */
  reference?: ScalarNode;
  /** Schematics: the one that the layout uses, else those that lie about. */
  schematics: readonly SchematicClue[];
  /** A list of names that the layout itself gives (Omni). */
  list?: { names: readonly string[]; at: Position };
}

export interface RepositoryNode {
  name: string;
  at: Position;
  controlPlane?: boolean;
  address?: string;
  arch?: Arch;
  /** Talos version as the layout says it. */
  talos?: string;
  /** Name of the group that the layout puts it in, beyond control plane and worker. */
  group?: string;
  config: NodeConfig;
  image: ImageClues;
}

/** Something that was seen and not judged, and why: said, and never an alarm. */
export interface RepositoryNote {
  message: string;
  at: Position;
}

/** A key of a layout's own file of which nothing is read here. */
export interface OtherKey {
  key: string;
  at: Position;
  /** The node that it is for; a group or the whole file without it. */
  node?: string;
  /** Why it is not read, where it is not that it says nothing about roles. */
  reason?: string;
}

/** One cluster's worth of nodes, as a layout keeps them. */
export interface Repository {
  layout: Layout;
  /** The file or folder that it was found by. */
  path: string;
  name?: string;
  nodes: readonly RepositoryNode[];
  notes: readonly RepositoryNote[];
  /** Keys of the layout's file that say nothing about roles. */
  otherKeys?: readonly OtherKey[];
}
