import { RolesError } from "../../errors.ts";

/** Versions of what Talos' extensions carry, without the Talos version that some tags end with. */
export interface ExtensionVersions {
  drbd: string;
  zfs: string;
  spin: string;
  tailscale: string;
  firmware: string;
  intelMicrocode: string;
}

/** Programs that the lab builds beside what Talos' extensions carry. */
export const programVersions = { headscale: "v0.29.2", wazero: "v1.12.0" } as const;

type Row = readonly [
  talos: string,
  drbd: string,
  zfs: string,
  spin: string,
  tailscale: string,
  firmware: string,
  intelMicrocode: string,
];

/** What siderolabs/extensions pins at these tags (its `Pkgfile` and the extensions' `vars.yaml`), oldest first. */
const rows: readonly Row[] = [
  ["v1.9.6", "9.2.13", "2.2.7", "v0.18.0", "1.78.1", "20250410", "20250211"],
  ["v1.10.9", "9.2.16", "2.3.3", "v0.19.0", "1.84.0", "20251111", "20251111"],
  ["v1.11.6", "9.2.16", "2.3.5", "v0.21.0", "1.88.1", "20251125", "20250812"],
  ["v1.12.11", "9.2.16", "2.4.1", "v0.23.0", "1.94.2", "20260622", "20260512"],
  ["v1.13.0", "9.3.1", "2.4.1", "v0.23.0", "1.96.4", "20260410", "20260227"],
  ["v1.13.6", "9.3.2", "2.4.3", "v0.25.1", "1.98.5", "20260622", "20260512"],
  ["v1.13.9", "9.3.3", "2.4.3", "v0.25.1", "1.102.2", "20260810", "20260812"],
  ["v1.14.0-rc.1", "9.3.3", "2.4.3", "v0.25.1", "1.102.2", "20260810", "20260812"],
];

/** Of this Talos version, or where the table does not have it of the last one of the same minor version. Errors: UNSUPPORTED. */
export function extensionVersions(talos: string): ExtensionVersions {
  const found =
    rows.find(([version]) => version === talos) ??
    rows.findLast(([version]) => minorOf(version) === minorOf(talos));
  if (!found)
    throw new RolesError("UNSUPPORTED", `there is no stand-in upstream for Talos ${talos}`, {
      hint: `Use a version of ${[...new Set(rows.map(([version]) => minorOf(version)))].join(", ")}.`,
    });
  const [, drbd, zfs, spin, tailscale, firmware, intelMicrocode] = found;
  return { drbd, zfs, spin, tailscale, firmware, intelMicrocode };
}

const minorOf = (version: string): string => /^v\d+\.\d+/.exec(version)?.[0] ?? version;
