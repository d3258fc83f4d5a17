/** An IP network as numbers: addresses of both families compare as integers. */
export interface Cidr {
  family: 4 | 6;
  first: bigint;
  last: bigint;
  bits: number;
  /** The address as written has bits set beyond the prefix. */
  hostBits: boolean;
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function ipv6(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0 || !text.includes(":")) return undefined;
  const words = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [left, right] = [words(head), words(tail ?? "")];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array<string>(missing).fill("0"), ...right];
  if (all.some((word) => !/^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  return all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n);
}

/** `10.96.0.0/12`, `fd00::/64`, or one address; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", prefix, ...more] = text.trim().split("/");
  if (more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return undefined;
  const four = ipv4(address);
  const value = four ?? ipv6(address);
  if (value === undefined) return undefined;
  const width = four === undefined ? 128 : 32;
  const bits = prefix === undefined ? width : Number(prefix);
  if (bits > width) return undefined;
  const size = 1n << BigInt(width - bits);
  const first = value - (value % size);
  return {
    family: four === undefined ? 6 : 4,
    first,
    last: first + size - 1n,
    bits,
    hostBits: first !== value,
  };
}

export const overlaps = (a: Cidr, b: Cidr): boolean =>
  a.family === b.family && a.first <= b.last && b.first <= a.last;
export const contains = (outer: Cidr, inner: Cidr): boolean =>
  outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
export const sameCidr = (a: Cidr, b: Cidr): boolean => contains(a, b) && contains(b, a);

/** Addresses of every tailnet (RFC 6598, Tailscale and headscale). */
export const tailnetRange = "100.64.0.0/10";

/** Whether `text` lies in the addresses of tailnets; false for what is no network. */
export function inTailnet(text: string): boolean {
  const cidr = parseCidr(text);
  const range = parseCidr(tailnetRange);
  return cidr !== undefined && range !== undefined && contains(range, cidr);
}
