import { PE_MACHINE } from "../formats/pe.ts";
import type { Arch } from "../talos/arch.ts";

const ELF_MACHINE: Record<number, Arch> = { 62: "amd64", 183: "arm64" };

/** Architecture of a 64-bit little-endian ELF program, by its first 20 bytes (ELF-64 object file format); null for anything else. */
export function archOfElf(bytes: Uint8Array): Arch | null {
  const head = Buffer.from(bytes);
  if (head.length < 20 || head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2 || head[5] !== 1) return null;
  return ELF_MACHINE[head.readUInt16LE(18)] ?? null;
}

export function archOfPe(machine: number): Arch | null {
  if (machine === PE_MACHINE.arm64) return "arm64";
  return machine === PE_MACHINE.amd64 ? "amd64" : null;
}
