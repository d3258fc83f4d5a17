// Ends the demo: compares what was built, read back and booted, prints it as a table, and fails where they differ.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [out, seconds] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(out, name), "utf8"));
const record = read("build-record.json");

const rows = record.roles.map((role) => {
  const inspected = read(`inspect-${role.name}.json`);
  const booted = read(`boot-${role.name}.json`);
  const built = role.extensions.map(({ name }) => name);
  return { role, inspected, booted, built };
});

const problems = rows.flatMap(({ role, inspected, booted, built }) => {
  const shown = inspected.extensions.map(({ name }) => name).filter((name) => name !== "modules.dep");
  const same = (names) => names.length === built.length && built.every((name) => names.includes(name));
  return [
    ...(same(shown) ? [] : [`${role.name}: inspect shows ${shown}, the record says ${built}`]),
    ...(same(booted.layers)
      ? []
      : [`${role.name}: the machine mounted ${booted.layers}, the record says ${built}`]),
    ...(booted.modules.includes("drbd") ? [] : [`${role.name}: drbd is not live`]),
  ];
});

// The point of it all: the gateway is compute and tailscale, in the image and in the machine.
const [compute, gateway] = ["compute", "gateway"].map((name) => rows.find(({ role }) => role.name === name));
const minus = (one, other) => one.filter((name) => !other.includes(name)).join();
const says = {
  "the record": ({ built }) => built,
  "the machine": ({ booted }) => booted.layers,
};
for (const [what, of] of Object.entries(says))
  if (minus(of(gateway), of(compute)) !== "tailscale" || minus(of(compute), of(gateway)) !== "")
    problems.push(`gateway is not compute and tailscale: ${what} says ${of(gateway)} and ${of(compute)}`);

const columns = ["ROLE", "ARCH", "EXTENSIONS BOOTED", "MODULES LIVE", "SERVICES", "BOOT"];
const cells = rows.map(({ role, booted }) => [
  role.name,
  role.arch,
  booted.layers.join(" "),
  booted.modules.join(" "),
  booted.services
    .map(({ id, state, waitingFor }) => `${id} ${state}${waitingFor ? ` for ${waitingFor}` : ""}`)
    .join("; ") || "none",
  `${booted.seconds} s`,
]);
const widths = columns.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at].length)));
const line = (row) =>
  row
    .map((cell, at) => cell.padEnd(widths[at]))
    .join("  ")
    .trimEnd();
console.log(`\n${line(columns)}\n${cells.map(line).join("\n")}\n`);

const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
console.log("made:");
for (const { role } of rows)
  for (const asset of role.assets)
    console.log(`  ${join(out, asset.path)}  ${asset.kind}, ${kib(asset.bytes)}`);
for (const name of [
  "roles.lock.json",
  "build-record.json",
  ...rows.flatMap(({ role }) => [`inspect-${role.name}.json`, `boot-${role.name}.json`]),
])
  console.log(`  ${join(out, name)}`);
console.log("\nBuilt from a stand-in upstream (Debian's kernel in Talos' shape), not from Talos itself.");
console.log(`Done in ${seconds} s.`);
if (problems.length > 0) {
  console.error(`\nwrong:\n${problems.map((text) => `  ${text}`).join("\n")}`);
  process.exit(1);
}
