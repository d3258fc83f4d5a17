// A fleet of simulated nodes in a process of its own: `tsx bench/simulated-fleet.ts FOLDER NODES HANGS REFUSES EXPIRED`.
import { simulate } from "../src/lab/simulate/simulate.ts";

const [state = "", nodes = "1000", hangs = "0", refuses = "0", expired = "0"] = process.argv.slice(2);
const fleet = await simulate({
  state,
  nodes: Number(nodes),
  net: 200,
  access: { hangs: Number(hangs), refuses: Number(refuses), expired: Number(expired) },
});
process.stdout.write("ready\n");
process.on("SIGTERM", () => {
  process.stdout.write(`${JSON.stringify(fleet.mutations())}\n`, () => process.exit());
});
