import { encode } from "../../talos/api/codec.ts";
import { parseCidr } from "../../talos/cidr.ts";

type Fields = Record<string, unknown>;

/** An address as Talos' binary forms carry it: 4 or 16 bytes. */
export function netIp(text: string): { ip: Uint8Array } {
  const cidr = parseCidr(text.replace(/\/.*/, ""));
  if (!cidr) return { ip: new Uint8Array() };
  const hex = cidr.first.toString(16).padStart(cidr.family === 4 ? 8 : 32, "0");
  return { ip: Buffer.from(hex, "hex") };
}

const netPrefix = (text: string) => ({ ...netIp(text), prefixLength: parseCidr(text)?.bits ?? 0 });

const volumePhases = [
  "waiting",
  "failed",
  "missing",
  "located",
  "provisioned",
  "prepared",
  "ready",
  "closed",
];

/** By resource type: the message of its binary form, and its fields made of those of the YAML form. */
const messages: Record<string, [message: string, fields: (spec: Fields) => object]> = {
  "AddressStatuses.net.talos.dev": [
    "AddressStatus",
    ({ address, linkName }) => ({ address: netPrefix(String(address)), linkName }),
  ],
  "Diagnostics.runtime.talos.dev": ["Diagnostic", (spec) => spec],
  "NodeIPs.kubernetes.talos.dev": [
    "NodeIP",
    ({ addresses }) => ({ addresses: (addresses as string[]).map(netIp) }),
  ],
  "ProbeStatuses.net.talos.dev": ["ProbeStatus", (spec) => spec],
  "RouteStatuses.net.talos.dev": [
    "RouteStatus",
    ({ dst, outLinkName, table }) => ({ dst: netPrefix(String(dst)), outLinkName, table: Number(table) }),
  ],
  "VolumeStatuses.block.talos.dev": [
    "VolumeStatus",
    (spec) => ({ ...spec, phase: volumePhases.indexOf(String(spec["phase"])) }),
  ],
};

/** The binary form of a fact; empty for a type that has none here. */
export function factBytes(type: string, spec: object): Uint8Array {
  const [message, fields] = messages[type] ?? [];
  return message === undefined || fields === undefined
    ? new Uint8Array()
    : encode(`specs.${message}`, fields(spec as Fields));
}
