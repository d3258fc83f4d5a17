/** `.osrel` of a UKI, as Talos writes it: `version` verbatim, every line ends with LF. Source: Talos `pkg/machinery/version`. */
export function osRelease(version: string, name = "Talos"): string {
  const lines = [
    `NAME="${name}"`,
    `ID=${name.toLowerCase().replaceAll(" ", "_")}`,
    `VERSION_ID=${version}`,
    `PRETTY_NAME="${name} (${version})"`,
    `HOME_URL="https://www.talos.dev/"`,
    `BUG_REPORT_URL="https://github.com/siderolabs/talos/issues"`,
    `VENDOR_NAME="Sidero Labs"`,
    `VENDOR_URL="https://www.siderolabs.com/"`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}
