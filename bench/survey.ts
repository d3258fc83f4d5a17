// How long it takes to make and prove the CozyStack patch on every ref of a clone. Run by `npm run bench -- survey` with COZYSTACK_REPO.
import { faultsOfSurvey } from "../src/cozystack/judge-survey.ts";
import { surveyRefs } from "../src/cozystack/survey.ts";
import { tell } from "./row.ts";

const minutes = 10;
const clone = process.env["COZYSTACK_REPO"];
if (clone) {
  const started = performance.now();
  const rows = await surveyRefs(clone);
  const seconds = (performance.now() - started) / 1000;
  const faults = faultsOfSurvey(rows);
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  tell({
    what: "the CozyStack patch, proven on every ref of a clone",
    bar: `${minutes} min, no fault`,
    measured: `${rows.length} refs in ${seconds.toFixed(0)} s, ${faults.length} faults`,
    fits: seconds < minutes * 60 && faults.length === 0,
  });
} else process.stdout.write("there is no clone: COZYSTACK_REPO names none, so nothing is measured\n");
