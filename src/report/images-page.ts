import type { BuildRecord, RecordedAsset, RecordedRole } from "../image/record.ts";
import { bytesText } from "./units.ts";

/** The page of images, in Markdown: every name, digest and size on it is from the record. Pure. */
export function imagesPage({ talosVersion, roles }: BuildRecord): string {
  const blocks = roles.map((role) => roleBlock(role));
  return `# Images

Talos ${cell(talosVersion)}. This page is written from the build record; do not edit it. Installers are in the registry; every other file is with the artifacts of the
run that built it.

| role | architecture | installer image | digest |
|---|---|---|---|
${roles.map((role) => `| ${cell(role.name)} | ${role.arch} | \`${cell(role.installer)}\` | ${digestOf(role)} |\n`).join("")}
${blocks.join("\n")}`;
}

/** Only what `push` told is what registries have: annotations make it another digest than that of the built layout. */
function digestOf(role: RecordedRole): string {
  const pushed = role["pushed"] as { digest?: unknown } | undefined;
  return typeof pushed?.digest === "string" ? `\`${cell(pushed.digest)}\`` : "not pushed";
}

function roleBlock({
  name,
  arch,
  kernelRelease,
  extensions,
  schematic,
  assets,
  standIns,
}: RecordedRole): string {
  const versions = extensions.map((one) => `${cell(one.name)} ${cell(one.version)}`).join(", ");
  return `## ${cell(name)}, ${arch}

Kernel ${cell(kernelRelease)}; extensions: ${versions || "none"}; schematic: ${schematic ? `\`${cell(schematic)}\`` : "only the Image Factory knows it"}.
${standIns.map((one) => `\nNot the real thing: ${cell(one)}\n`).join("")}
| file | size | sha256 |
|---|---:|---|
${assets.map(assetRow).join("")}`;
}

const assetRow = ({ path, bytes, sha256, ...asset }: RecordedAsset): string =>
  `| ${cell(path)}${asset["earlier"] === true ? " (an earlier run)" : ""} | ${bytesText(bytes)} | \`${sha256}\` |\n`;

/** A record comes from outside: what it says may not become markup. */
const cell = (text: string): string =>
  text.replaceAll(/[\\|`<>&\r\n*_[\]]/g, (character) => `&#${character.charCodeAt(0)};`);
