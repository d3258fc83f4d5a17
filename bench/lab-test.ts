// How long the six cluster-formation scenarios take, so many times in a row. Run by `npm run bench -- lab-test` or `lab-test-five`.
import { bin } from "./metered.ts";
import { minutesText, timed, type Timed } from "./run-timed.ts";
import { tell } from "./row.ts";

const minutes = 12;
const count = Number(process.argv[2] ?? 1);
const runs: Timed[] = [];
for (let run = 0; run < count; run += 1)
  runs.push(await timed(process.execPath, [bin, "lab", "test", "--progress", "plain"]));
const seconds = runs.map((run) => run.seconds);
const red = runs.filter(({ status }) => status !== 0).length;
tell({
  what: `\`lab test\`, all six scenarios${count > 1 ? `, ${count} times in a row` : ""}`,
  bar: `${minutes} min, green`,
  measured: `${count > 1 ? `${minutesText(Math.min(...seconds))} to ` : ""}${minutesText(Math.max(...seconds))}${red > 0 ? `, ${red} of ${count} not green` : ""}`,
  fits: red === 0 && Math.max(...seconds) <= minutes * 60,
});
