// Prints the path of one asset of a build record: record, role, kind.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [record, role, kind] = process.argv.slice(2);
const { roles } = JSON.parse(readFileSync(record, "utf8"));
const asset = roles.find((one) => one.name === role)?.assets.find((one) => one.kind === kind);
if (!asset) {
  console.error(`${record} has no ${kind} of role ${role}`);
  process.exit(1);
}
console.log(join(dirname(record), asset.path));
