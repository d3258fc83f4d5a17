// `npm run mutation`: how many changed programs the tests of a room notice. MUTATION_ROOM names the room (tests/mutation/rooms.json);
// docs/testing.md tells what is measured and has the last scores.
import { readFileSync } from "node:fs";

const name = process.env.MUTATION_ROOM ?? "formation";
const rooms = JSON.parse(readFileSync(new URL("tests/mutation/rooms.json", import.meta.url), "utf8"));

export default {
  mutate: [...rooms[name].mutate, "!src/**/*.test.ts", "!src/**/fixtures/**"],
  testRunner: "vitest",
  vitest: { configFile: "tests/mutation/vitest.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner"],
  // Stryker would rewrite tsconfig.json with TypeScript's old JavaScript API, which TypeScript 7 does not have; ours needs no rewriting.
  tsconfigFile: "no-tsconfig-to-rewrite.json",
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  concurrency: Number(process.env.MUTATION_CONCURRENCY ?? 1),
  timeoutMS: 60_000,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  jsonReporter: { fileName: `out/mutation/${name}.json` },
  incremental: true,
  incrementalFile: `out/mutation/${name}.incremental.json`,
  tempDirName: "out/.stryker",
  ignorePatterns: ["/out", "/coverage", "/bench", "/dist"],
  thresholds: { high: 90, low: 75, break: 75 },
};
