// How long everything takes that has to pass before a change lands. Run by `npm run bench -- ci`.
import { minutesText, timed } from "./run-timed.ts";
import { tell } from "./row.ts";

const minutes = 60;
const { status, seconds } = await timed(".ci/run", []);
tell({
  what: "`make test` and `make demo`",
  bar: `${minutes} min, green`,
  measured: `${minutesText(seconds)}${status === 0 ? "" : `, ended with ${status}`}`,
  fits: status === 0 && seconds <= minutes * 60,
});
