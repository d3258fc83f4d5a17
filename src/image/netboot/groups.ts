import type { ClusterNode } from "../../roles/model.ts";
import type { Arch } from "../../talos/arch.ts";

/** By which matchbox knows a machine and what it starts there. */
export interface MatchboxGroup {
  /** The node's name. */
  id: string;
  name: string;
  profile: string;
  selector: Partial<Record<"mac" | "serial" | "uuid", string>>;
}

interface GroupRequest {
  role: string;
  arch: Arch;
  /** The role's nodes of this architecture. */
  nodes: readonly Pick<ClusterNode, "name" | "mac" | "serial" | "uuid">[];
}

/** Relative to the folder of all assets. */
export const groupsFolder = "matchbox/groups";
export const profileId = ({ role, arch }: { role: string; arch: Arch }): string => `${role}-${arch}`;

/** A machine that nothing recognises gets no group: one without a selector would take every other machine too. */
export const groupsOf = ({ nodes, ...target }: GroupRequest): { path: string; group: MatchboxGroup }[] =>
  nodes
    .map((node) => ({ name: node.name, selector: selectorOf(node) }))
    .filter(({ selector }) => Object.keys(selector).length > 0)
    .map(({ name, selector }) => ({
      path: `${groupsFolder}/${name}.json`,
      group: { id: name, name: `Node ${name}`, profile: profileId(target), selector },
    }));

/** matchbox compares text: MAC addresses and UUIDs in lower case, as iPXE sends them. */
const selectorOf = ({ mac, serial, uuid }: GroupRequest["nodes"][number]): MatchboxGroup["selector"] => ({
  ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
  ...(serial === undefined ? {} : { serial }),
  ...(uuid === undefined ? {} : { uuid: uuid.toLowerCase() }),
});

/** The profile of a group that a build wrote as `<id>.json`; undefined for what is someone else's. */
export function profileOfOwn(id: string, text: string): string | undefined {
  let group: unknown;
  try {
    group = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof group !== "object" || group === null) return undefined;
  const { id: own, name, profile } = group as Partial<Record<string, unknown>>;
  const isOwn =
    Object.keys(group).join(" ") === "id name profile selector" && own === id && name === `Node ${id}`;
  return isOwn && typeof profile === "string" ? profile : undefined;
}
