// How long `make demo` takes: the second time, or with `--fresh` with an empty cache, downloads and Go builds included.
// Run by `npm run bench -- demo` or `demo-fresh`.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { minutesText, timed } from "./run-timed.ts";
import { tell } from "./row.ts";

const fresh = process.argv.includes("--fresh");
const minutes = fresh ? 25 : 5;
const folder = mkdtempSync(join(tmpdir(), "bench-demo-"));
// Go writes its modules read-only unless it is told otherwise.
const empty = { XDG_CACHE_HOME: join(folder, "cache"), GOPATH: join(folder, "go"), GOFLAGS: "-modcacherw" };
try {
  const page = join(import.meta.dirname, "../out/demo/formation.html");
  if (!fresh && !existsSync(page)) await timed("make", ["demo"]);
  const { status, seconds } = await timed("make", ["demo"], fresh ? empty : {});
  tell({
    what: fresh ? "`make demo` with an empty cache" : "`make demo`, the second time",
    bar: `${minutes} min`,
    measured: `${minutesText(seconds)}${status === 0 ? "" : `, ended with ${status}`}`,
    fits: status === 0 && seconds <= minutes * 60,
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
