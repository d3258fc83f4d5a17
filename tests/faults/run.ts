// `npm run faults -- [--places N] [--scenario NAME] [--out FILE]`: many faults at many writes of every command; a table as JSON.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { smallUpstream } from "../helpers/small-upstream.ts";
import { campaign, type CampaignResult } from "./campaign.ts";
import { makeInjector } from "./inject.ts";
import { scenarios } from "./scenarios.ts";

const { values } = parseArgs({
  options: {
    places: { type: "string", default: "40" },
    scenario: { type: "string", multiple: true },
    out: { type: "string", default: "out/faults.json" },
  },
});
const world = { upstream: await smallUpstream() };
const injector = makeInjector();
const results: CampaignResult[] = [];
for (const scenario of scenarios.filter(({ name }) => values.scenario?.includes(name) ?? true)) {
  const result = await campaign({ scenario, world, injector, places: Number(values.places) });
  results.push(result);
  const injected = Object.entries(result.injected).map(([kind, count]) => `${count} ${kind}`);
  console.log(
    `${result.scenario.padEnd(12)} ${result.changes} changes, faults: ${injected.join(", ")}; ${result.faults.length} wrong`,
  );
  for (const text of result.faults) console.log(`  ${text}`);
}
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
injector.close();
await world.upstream.close();
if (results.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
