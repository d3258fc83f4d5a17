// The most memory of `talos-roles lock` while it reads the contracts of extensions of 100 MB each: everything fetched, then everything in the
// cache but what was read from it. Run by `npm run bench -- lock-memory`; tests/supply/lock-memory.test.ts holds the bar.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryStore } from "../src/oci/registry/directory-store.ts";
import { publishBig } from "../tests/helpers/big-extension.ts";
import { one } from "../tests/helpers/roles-texts.ts";
import { founding, smallUpstream } from "../tests/helpers/small-upstream.ts";
import { metered } from "./metered.ts";
import { tell } from "./row.ts";

const megabytes = 150;
const names = ["big", "large", "huge", "vast"];
const folder = mkdtempSync(join(tmpdir(), "bench-lock-memory-"));
const upstream = await smallUpstream(founding, { store: directoryStore(join(folder, "store")) });
try {
  const references: string[] = [];
  for (const name of names) references.push(await publishBig(upstream, name, folder));
  const lock = ["lock", "--mirror", `ghcr.io=${upstream.registry.url}`, "--cache-dir", "cache"];
  for (const count of [1, names.length]) {
    writeFileSync(join(folder, "roles.yaml"), one(references.slice(0, count).join(", ")));
    const peaks: number[] = [];
    for (const forgotten of [".", "facts", "facts"]) {
      rmSync(join(folder, "cache", forgotten), { recursive: true, force: true });
      rmSync(join(folder, "roles.lock.json"), { force: true });
      peaks.push((await metered(lock, { cwd: folder })).mebibytes);
    }
    const peak = Math.max(...peaks);
    tell({
      what: `contracts of ${count === 1 ? "an extension" : `${count} extensions`} of 100 MB`,
      bar: `${megabytes} MB`,
      measured: `${Math.min(...peaks).toFixed(0)} to ${peak.toFixed(0)} MiB`,
      fits: peak * 1.048576 < megabytes,
    });
  }
} finally {
  await upstream.close();
  rmSync(folder, { recursive: true });
}
