import { table } from "../../report/table.ts";
import type { ScenarioResult } from "./scenarios.ts";

/** How the scenarios ended, as text; the word skipped appears only where something was. */
export function scenariosText(results: readonly ScenarioResult[], width?: number): string {
  const rows = table(
    results,
    [
      { title: "SCENARIO", value: ({ name }) => name },
      { title: "RESULT", value: ({ status }) => status },
      { title: "SECONDS", value: ({ seconds }) => seconds.toFixed(0) },
      { title: "WHY", value: ({ reason }) => reason || "-" },
    ],
    { width },
  );
  const count = (status: ScenarioResult["status"]): number =>
    results.filter((one) => one.status === status).length;
  const seconds = results.reduce((sum, one) => sum + one.seconds, 0);
  const caught = count("caught") > 0 ? `${count("caught")} broken on purpose and noticed, ` : "";
  const skipped = count("skipped") > 0 ? `, ${count("skipped")} skipped` : "";
  return `${rows}\n${caught}${count("passed")} passed, ${count("failed")} failed${skipped}, in ${Math.round(seconds)} s\n`;
}
