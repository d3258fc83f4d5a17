import { type Change, changeLine } from "../catalog/change.ts";
import type { MirroredImage } from "../catalog/mirror.ts";
import type { VerifiedImage } from "../catalog/verify-lock.ts";
import type { Lock } from "../catalog/lock-model.ts";
import type { LockUpdate } from "../catalog/update-lock.ts";
import type { ServiceContract } from "../talos/contract.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";
import { bytesText } from "./units.ts";

const lines = (changes: readonly Change[]): string =>
  changes.map((change) => `  ${printable(changeLine(change))}\n`).join("");

/** What `lock` did, and the roles as they are locked. */
export function lockReport({ path, lock, changes, written, created, signatures }: LockUpdate): string {
  const head = written ? `Wrote ${path}` : `${path} is up to date`;
  const moved =
    changes.length === 0
      ? created || !written
        ? ""
        : "What it says beyond versions changed.\n"
      : `Moved:\n${lines(changes)}`;
  return `${head}: Talos ${lock.talos}.\n${moved}${rolesTable(lock)}${signaturesText(signatures)}`;
}

function rolesTable({ roles }: Lock): string {
  const rows = Object.entries(roles).flatMap(([name, byArch]) =>
    Object.entries(byArch).map(([arch, role]) => ({ name, arch, role })),
  );
  return table(rows, [
    { title: "role", value: ({ name }) => name },
    { title: "arch", value: ({ arch }) => arch },
    { title: "extensions", value: ({ role }) => role.extensions.join(" ") },
    { title: "needs config", value: ({ role }) => needs(role.contract.services).join(" ") || "-" },
    { title: "schematic", value: ({ role }) => role.schematic?.slice(0, 12) ?? "only the factory knows" },
  ]);
}

function signaturesText(signatures: readonly VerifiedImage[] | undefined): string {
  if (!signatures) return "";
  const rows = table(signatures, [
    { title: "image", value: ({ image }) => image },
    { title: "signed by", value: ({ signature }) => signerText(signature) },
  ]);
  return `\n${rows}`;
}

function signerText(signature: VerifiedImage["signature"]): string {
  if (signature === null) return "not checked: no entry of `signatures` is about it";
  return "publicKey" in signature
    ? `public key ${signature.publicKey.slice(0, 19)}`
    : `${signature.identity} (${signature.issuer})`;
}

/** Services that wait for an ExtensionServiceConfig. */
const needs = (services: readonly ServiceContract[]): string[] =>
  services.filter(({ waitsFor }) => waitsFor.configuration).map(({ name }) => name);

/** What `lock --check` found. */
export const lockCheckReport = ({ fresh, changes, signatures }: Checked): string =>
  (fresh
    ? "The lock is up to date.\n"
    : `The lock is stale:\n${lines(changes)}Run \`talos-roles lock\`${hint(changes)}.\n`) +
  signaturesText(signatures);

interface Checked {
  fresh: boolean;
  changes: readonly Change[];
  signatures?: VerifiedImage[];
}

/** A tag that moved is pinned as it was until it is updated by name. */
const hint = (changes: readonly Change[]): string =>
  changes.some(({ from, to }) => from !== null && to !== null)
    ? ", or `talos-roles lock --update` to take what registries have now"
    : "";

export const diffReport = ({ changes }: { changes: readonly Change[] }): string =>
  changes.length === 0
    ? "Nothing moved.\n"
    : changes.map((change) => `${printable(changeLine(change))}\n`).join("");

export function mirrorReport(
  { to, images }: { to: string; images: readonly MirroredImage[] },
  width?: number,
): string {
  const total = images.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = table(
    images,
    [
      { title: "image", value: ({ name }) => name },
      { title: "arch", value: ({ arch }) => arch },
      { title: "size", value: ({ bytes }) => bytesText(bytes), align: "right" },
    ],
    { width },
  );
  return `${rows}${images.length} images, ${bytesText(total)}, are in ${to}.\n`;
}
