import type { BuildReport } from "../image/build.ts";
import { table } from "./table.ts";
import { bytesText, secondsText } from "./units.ts";

/** What was built: every asset with its size, whether it had to be made, and where the time went. */
export function buildReport(report: BuildReport, width?: number): string {
  const { out, assets, record, seconds } = report;
  const rows = table(
    assets,
    [
      { title: "ROLE", value: ({ role }) => role },
      { title: "ARCH", value: ({ arch }) => arch },
      { title: "ASSET", value: ({ kind, format }) => (format === undefined ? kind : `${kind} (${format})`) },
      { title: "FILE", value: ({ path }) => `${out}/${path}` },
      { title: "SIZE", value: ({ bytes }) => bytesText(bytes), align: "right" },
      { title: "SHA256", value: ({ sha256 }) => sha256.slice(0, 12) },
      { title: "", value: ({ cached }) => (cached ? "unchanged" : "made") },
    ],
    { width },
  );
  const standIns = [...new Set(record.roles.flatMap((role) => role.standIns))];
  return [
    rows,
    `${summary(report)}${sharedText(report)}\n`,
    `Read back and recorded in ${out}/build-record.json. ${secondsText(seconds)}${times(report)}.\n`,
    ...(standIns.length > 0 ? [`Not the real thing:\n${standIns.map((one) => `  ${one}\n`).join("")}`] : []),
  ].join("");
}

function summary({ assets }: BuildReport): string {
  const made = assets.filter(({ cached }) => !cached).length;
  const total = assets.reduce((sum, { bytes }) => sum + bytes, 0);
  return `${assets.length} assets, ${bytesText(total)}: ${made} made, ${assets.length - made} unchanged.`;
}

const sharedText = ({ shared }: BuildReport): string =>
  shared === undefined
    ? ""
    : ` Segments: ${shared.taken} from the shared cache, ${shared.stored} stored there.`;

const groups: readonly [prefix: string, words: string][] = [
  ["boot-files-", "fetching boot files"],
  ["segment-", "extensions"],
  ["modules.dep-", "modules.dep"],
  ["asset-", "writing"],
  ["read-back-", "reading back"],
];

/** `: extensions 12 s, writing 3.1 s`; steps that ran at the same time are counted each. */
function times({ steps }: BuildReport): string {
  const spent = groups.map(([prefix, words]) => {
    const seconds = steps
      .filter(({ id }) => id.startsWith(prefix))
      .reduce((sum, step) => sum + step.seconds, 0);
    return { words, seconds };
  });
  const text = spent
    .filter(({ seconds }) => seconds >= 0.1)
    .map(({ words, seconds }) => `${words} ${secondsText(seconds)}`);
  return text.length === 0 ? "" : `, of it ${text.join(", ")}${longest(steps)}`;
}

/** `; longest: zfs (arm64) 21 s, drbd (arm64) 17 s`. */
function longest(steps: BuildReport["steps"]): string {
  const text = [...steps]
    .filter(({ seconds }) => seconds >= 1)
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, 3)
    .map(({ label, seconds }) => `${label} ${secondsText(seconds)}`);
  return text.length === 0 ? "" : `; longest: ${text.join(", ")}`;
}
