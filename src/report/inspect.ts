import type { InspectedDisk, InspectedLayer, Inspection } from "../inspect/inspection.ts";
import type { ServiceContract } from "../talos/contract.ts";
import { printable } from "./printable.ts";
import { table } from "./table.ts";
import { bytesText } from "./units.ts";

/** What is in an image: its identity, its extensions and what they need, and what is wrong with it. */
export function inspectReport(inspection: Inspection, width?: number): string {
  const blocks = [
    identity(inspection),
    extensions(inspection, width),
    services(inspection, width),
    notices(inspection),
  ];
  return blocks.filter((block) => block !== "").join("\n");
}

function identity(inspection: Inspection): string {
  const { kind, talosVersion, arch, kernelRelease, cmdline, initramfs, uki, image, kernel, contract } =
    inspection;
  const { disk, iso } = inspection;
  const lines: [string, string | null | undefined][] = [
    ["kind", kind],
    ["Talos", talosVersion],
    ["architecture", arch],
    ["kernel", kernelRelease],
    ["command line", cmdline],
    ["image", image?.digest],
    ["disk", disk && diskText(disk)],
    ["partitions", disk?.partitions.map(({ name }) => name).join(" ")],
    ["META", disk?.meta.map(({ key, value }) => `${key}: ${value}`).join("; ")],
    ["volume", iso?.volumeId],
    ["UKI", uki && `${bytesText(uki.bytes)} sha256:${uki.sha256}`],
    ["initramfs", initramfs && `${bytesText(initramfs.bytes)} in ${initramfs.segments.length} segments`],
    ["kernel file", kernel && `${kernel.format}, ${bytesText(kernel.bytes)}`],
    ["kernel modules", contract.modules.map(({ name }) => name).join(" ")],
    ["CRI parts", contract.criParts.join(" ")],
    ["firmware", contract.firmwareBytes > 0 ? bytesText(contract.firmwareBytes) : null],
    ["nothing in it for", contract.emptyOn.join(" ")],
  ];
  return lines
    .filter(([, value]) => value)
    .map(([name, value]) => `${name.padEnd(18)}${printable(value!)}\n`)
    .join("");
}

const diskText = ({ format, packing, bytes, sectorSize }: InspectedDisk): string =>
  `${format}${packing === "none" ? "" : ` in ${packing}`}, ${bytesText(bytes)}, sectors of ${sectorSize} bytes`;

function extensions({ initramfs, extensions }: Inspection, width: number | undefined): string {
  if (extensions.length === 0) return "No extensions.\n";
  if (!initramfs)
    return table(
      extensions,
      [
        { title: "EXTENSION", value: ({ name }) => printable(name) },
        { title: "VERSION", value: ({ version }) => printable(version) },
      ],
      { width },
    );
  return table<InspectedLayer>(
    initramfs.layers,
    [
      { title: "LAYER", value: ({ name }) => printable(name) },
      { title: "VERSION", value: ({ version }) => printable(version) },
      { title: "SIZE", value: ({ bytes }) => bytesText(bytes), align: "right" },
      { title: "SHA256", value: ({ sha256 }) => sha256.slice(0, 12) },
    ],
    { width },
  );
}

function services({ contract }: Inspection, width: number | undefined): string {
  if (contract.services.length === 0) return "";
  return table<ServiceContract>(
    contract.services,
    [
      { title: "SERVICE", value: ({ name }) => printable(`ext-${name}`) },
      { title: "EXTENSION", value: ({ extension }) => printable(extension) },
      { title: "WAITS FOR", value: (service) => printable(waits(service)) },
    ],
    { width },
  );
}

function waits({ name, waitsFor }: ServiceContract): string {
  const { configuration, time, paths, services, network } = waitsFor;
  const parts = [
    ...(configuration ? [`an ExtensionServiceConfig named ${name}`] : []),
    ...(time ? ["time"] : []),
    ...paths,
    ...services.map((service) => `service ${service}`),
    ...network.map((one) => `network ${one}`),
  ];
  return parts.join(", ") || "nothing";
}

const notices = ({ notices }: Inspection): string =>
  notices.map(({ severity, id, text }) => `${severity} ${id}: ${printable(text)}\n`).join("");
