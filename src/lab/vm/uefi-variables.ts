import { RolesError } from "../../errors.ts";

// The variable store of EDK II (MdeModulePkg, VariableFormat.h): a firmware volume header, whose length is in it, a store header of 28
// bytes, then authenticated variables of a header of 60 bytes, a name in UTF-16 and data, each on a multiple of 4.
const volumeHeaderLength = 48;
const storeHeaderBytes = 28;
const headerBytes = 60;
const startMark = 0x55aa;
const live = 0x3f;

interface Variable {
  name: string;
  /** False for one that was replaced or removed. */
  live: boolean;
  /** Where its data lies. */
  start: number;
  end: number;
}

/** Every variable of a store, replaced ones too. Errors: FORMAT_INVALID. */
export function uefiVariables(store: Uint8Array): Variable[] {
  const view = new DataView(store.buffer, store.byteOffset, store.byteLength);
  const found: Variable[] = [];
  if (store.length < 64) throw invalid();
  let at = view.getUint16(volumeHeaderLength, true) + storeHeaderBytes;
  while (at + headerBytes <= store.length && view.getUint16(at, true) === startMark) {
    const nameEnd = at + headerBytes + view.getUint32(at + 36, true);
    const end = nameEnd + view.getUint32(at + 40, true);
    if (end > store.length) throw invalid();
    const name = Buffer.from(store.subarray(at + headerBytes, nameEnd)).toString("utf16le");
    found.push({ name: name.replace(/\0$/, ""), live: store[at + 2] === live, start: nameEnd, end });
    at = Math.ceil(end / 4) * 4;
  }
  if (found.length === 0) throw invalid();
  return found;
}

/** A copy of the store with which a machine starts what is not signed; the keys in it stay. Errors: FORMAT_INVALID. */
export function withSecureBootOff(store: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(store);
  for (const one of uefiVariables(store))
    if (one.name === "SecureBootEnable" && one.live) copy.fill(0, one.start, one.end);
  return copy;
}

const invalid = (): RolesError =>
  new RolesError("FORMAT_INVALID", "the firmware's file of variables is not of the kind that is known here", {
    hint: "The lab knows the variables of Debian's ovmf and qemu-efi-aarch64.",
  });
