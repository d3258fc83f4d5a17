// Makes and proves the CozyStack patch on every ref of the clone that COZYSTACK_REPO names, and prints a table.
// `npm run test:cozystack -- refs/tags` looks at some refs only.
import { faultsOfSurvey } from "../src/cozystack/judge-survey.ts";
import { surveyRefs } from "../src/cozystack/survey.ts";
import { isRolesError } from "../src/errors.ts";
import { surveyReport } from "../src/report/cozystack.ts";

const clone = process.env["COZYSTACK_REPO"];
if (!clone) {
  process.stderr.write(
    "COZYSTACK_REPO names a clone of CozyStack with its tags: set it, and run this again.\n",
  );
  process.exit(2);
}
const patterns = process.argv.slice(2);
const began = Date.now();
const seconds = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
try {
  const rows = await surveyRefs(clone, {
    ...(patterns.length > 0 ? { refs: patterns } : {}),
    onProven: ({ ref, combinations, refs }) =>
      process.stderr.write(`${seconds()}: ${ref}, combination ${combinations} in ${refs} refs\n`),
  });
  process.stdout.write(surveyReport(rows));
  const faults = faultsOfSurvey(rows);
  process.stdout.write(`\n${rows.length} refs in ${seconds()}, ${faults.length} faults\n`);
  for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  if (!isRolesError(error)) throw error;
  process.stderr.write(`error ${error.code}: ${error.message}\n  ${error.hint ?? ""}\n`);
  process.exitCode = error.exitStatus;
}
