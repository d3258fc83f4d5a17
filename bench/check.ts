// `talos-roles check` on ten thousand nodes in fifty roles, as a user runs it: time and memory of the whole command.
// Run by `npm run bench -- check`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figures, metered, summary, times } from "./metered.ts";
import { tell } from "./row.ts";

const nodes = 10_000;
const roles = 50;
const limits = { seconds: 1.5, megabytes: 300 };
const runs = 5;

function rolesText(): string {
  const role = (index: number) =>
    index === 0
      ? "  role0:\n    extensions: [drbd, zfs, spin, tailscale]\n    count: 1\n    subnetRouter: { authKey: { env: TS_AUTHKEY } }\n"
      : `  role${index}:\n    purpose: role number ${index}\n    extensions: [drbd, zfs, spin]\n    labels: { group: "${index}" }\n`;
  const node = (index: number) => {
    const address = `10.${10 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    const own = index === 0 ? 0 : 1 + (index % (roles - 1));
    return `  - { name: node-${index}, address: ${address}, role: role${own}, controlPlane: ${index < 3} }\n`;
  };
  const list = (amount: number, one: (index: number) => string) =>
    Array.from({ length: amount }, (_, index) => one(index)).join("");
  return `cluster: { talos: v1.13.6, arch: arm64 }\nroles:\n${list(roles, role)}nodes:\n${list(nodes, node)}`;
}

const folder = mkdtempSync(join(tmpdir(), "bench-check-"));
try {
  const file = join(folder, "roles.yaml");
  writeFileSync(file, rolesText());
  for (const more of [[], ["--json"]]) {
    const all = summary(await times(runs, () => metered(["check", "-f", file, ...more])));
    tell({
      what: `\`${["check", ...more].join(" ")}\` on ${nodes.toLocaleString("en")} nodes in ${roles} roles`,
      bar: `${limits.seconds} s, ${limits.megabytes} MB`,
      measured: figures(all),
      fits: all.median.seconds < limits.seconds && all.mebibytes < limits.megabytes / 1.048576,
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}
