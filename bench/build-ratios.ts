// Our build against a pipeline that does what Talos' own imager does, on the same inputs, in one run; and how our cost grows with roles.
// Run by `npm run bench -- build-ratios`. `--quick` makes the reference's initramfs once for each role and counts its time for every
// output, instead of making it anew: the same work for each, in a fifth of the time.
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BuildReport } from "../src/image/build.ts";
import { writeBootFiles } from "../src/image/boot-files.ts";
import type { Lock, PinnedImage } from "../src/catalog/lock-model.ts";
import { pinReference } from "../src/catalog/pin.ts";
import { offlineSource } from "../src/catalog/offline-source.ts";
import { resolveImage } from "../src/oci/resolve.ts";
import { arch, makeInputs, roleSets } from "./build-inputs.ts";
import {
  type Kind,
  kinds,
  rebuildInitramfs,
  referenceAsset,
  type ReferenceInputs,
  sizeOf,
} from "./build-reference.ts";
import { type Measured, measured } from "./measured.ts";
import { tell } from "./row.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean" } } });
const bin = join(import.meta.dirname, "..", "dist", "cli", "bin.js");
const cacheDir = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "talos-roles");
const folder = mkdtempSync(join(tmpdir(), "bench-build-"));
const say = (text: string): void => void process.stderr.write(`${text}\n`);

type Set = keyof typeof roleSets;
interface Built extends Measured {
  report: Pick<BuildReport, "assets">;
}

/** What a user types, with inputs from the mirror. `elsewhere` is another machine, as far as one can be had here. */
async function build(set: Set, name: string, { elsewhere = false } = {}): Promise<Built> {
  const cwd = join(folder, elsewhere ? `an other place/${name}` : name);
  mkdirSync(cwd, { recursive: true });
  if (elsewhere) giveAway(cwd);
  const args = ["build", "-f", join(folder, `${set}.yaml`), "--frozen", "--offline", join(folder, "mirror")];
  const places = [
    "--out",
    "out",
    "--cache-dir",
    "cache",
    "--outputs",
    kinds.join(","),
    "--progress",
    "none",
    "--json",
  ];
  const command = [process.execPath, bin, ...args, ...places].map((word) => `'${word}'`).join(" ");
  const script = elsewhere ? elsewhereScript(command, set) : `exec ${command}`;
  const env = elsewhere
    ? { TZ: "Asia/Kathmandu", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", HOME: cwd }
    : {};
  const run = await measured("bash", ["-c", script], { cwd, env });
  say(
    `${set} roles${elsewhere ? ", elsewhere" : ""}: ${run.seconds.toFixed(1)} s, ${run.peakMiB.toFixed(0)} MiB at most`,
  );
  return { ...run, report: JSON.parse(run.out) as Built["report"] };
}

/** No user has this number; only root can become another. */
const otherUser = process.getuid?.() === 0 ? 65_534 : undefined;

function giveAway(path: string): void {
  if (otherUser === undefined) return;
  chmodSync(folder, 0o755);
  chownSync(path, otherUser, otherUser);
}

/** One processor, another umask and user; and the last role first, so that files are created in another order. */
function elsewhereScript(command: string, set: Set): string {
  const user = `setpriv --reuid ${otherUser} --regid ${otherUser} --clear-groups`;
  const run = [...(otherUser === undefined ? [] : [user]), "taskset -c 0", command].join(" ");
  const last = Object.keys(roleSets[set]).at(-1);
  return `umask 077; ${run} ${last} >/dev/null && exec ${run}`;
}

/** The installer is written in two forms; the imager writes one, which is the one that counts. */
const counted = ({ report }: Built) =>
  report.assets.filter(
    ({ kind, format }) =>
      ["kernel", "initramfs", "uki", "iso", "disk"].includes(kind) || format === "docker-archive",
  );
const bytesOf = (built: Built): number => counted(built).reduce((sum, { bytes }) => sum + bytes, 0);
const digests = ({ report }: Built): string =>
  JSON.stringify(report.assets.map(({ path, sha256 }) => `${path} ${sha256}`).sort());

async function referenceInputs(): Promise<(role: string) => ReferenceInputs> {
  const lock = JSON.parse(readFileSync(join(folder, "two.lock.json"), "utf8")) as Lock;
  const locked = lock.architectures[arch]!;
  const source = await offlineSource(join(folder, "mirror"));
  const image = (pin: PinnedImage) => resolveImage(source, pinReference(pin), arch);
  const layersOf = async (pin: PinnedImage): Promise<string[]> =>
    (await image(pin)).manifest.layers.map(({ digest }) =>
      join(folder, "mirror/blobs/sha256", digest.slice(7)),
    );
  const boot = join(folder, "boot");
  mkdirSync(boot);
  await writeBootFiles(await image(locked.bootFiles), arch, boot);
  const at = (name: string): string => join(boot, name);
  const base = await layersOf(locked.base);
  const layers = new Map<string, string[]>();
  for (const [name, pin] of Object.entries(locked.extensions)) layers.set(name, await layersOf(pin));
  return (role) => ({
    boot: {
      kernel: at("vmlinuz"),
      initramfs: at("initramfs.xz"),
      stub: at("systemd-stub.efi"),
      bootManager: at("systemd-boot.efi"),
    },
    kernelRelease: locked.kernelRelease,
    base,
    extensions: lock.roles[role]![arch]!.extensions.map((name) => layers.get(name)!),
  });
}

async function reference(): Promise<{ seconds: number; bytes: number }> {
  const inputs = await referenceInputs();
  let [seconds, bytes] = [0, 0];
  for (const role of Object.keys(roleSets.two)) {
    const own = inputs(role);
    const work = join(folder, "reference");
    const shared = values.quick
      ? timed(() => Promise.resolve(rebuildInitramfs(own, join(work, "shared"))))
      : undefined;
    for (const kind of kinds) {
      const before = shared && (await shared);
      const made = await timed(() =>
        referenceAsset(kind, own, {
          folder: join(work, kind),
          ...(before ? { initramfs: before.result } : {}),
        }),
      );
      const all = made.seconds + (before && kind !== "kernel" ? before.seconds : 0);
      say(`reference ${role} ${kind satisfies Kind}: ${all.toFixed(1)} s`);
      seconds += all;
      bytes += sizeOf(made.result);
      rmSync(join(work, kind), { recursive: true });
    }
    rmSync(work, { recursive: true });
  }
  return { seconds, bytes };
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1000, result };
}

async function main(): Promise<Record<string, number | boolean>> {
  const inputs = await makeInputs(folder, { cacheDir, bin });
  say(`inputs: ${(inputs.bytes / 2 ** 20).toFixed(0)} MiB of real programs in four extensions`);
  const cold = await build("two", "first");
  const unchanged = await build("two", "first");
  const added = await build("three", "first");
  const other = await build("two", "second", { elsewhere: true });
  rmSync(join(folder, "an other place"), { recursive: true });
  rmSync(join(folder, "first"), { recursive: true });
  const many = await build("sixteen", "many");
  rmSync(join(folder, "many"), { recursive: true });
  const imager = await reference();
  const runs = [cold, unchanged, added, many];
  return {
    coldRatio: round(imager.seconds / cold.seconds),
    bytesRatio: round(bytesOf(cold) / imager.bytes),
    unchangedSeconds: round(unchanged.seconds),
    addRoleShare: round(added.seconds / cold.seconds),
    peakMemoryMiB: Math.ceil(Math.max(...runs.map(({ peakMiB }) => peakMiB))),
    sixteenRolesPerByteRatio: round(many.seconds / cold.seconds / (bytesOf(many) / bytesOf(cold))),
    identical: digests(cold) === digests(other),
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

interface Bar {
  what: string;
  bar: string;
  fits: (value: number | boolean) => boolean;
}

const bars: Record<string, Bar> = {
  coldRatio: {
    what: "cold build of both roles against a pipeline that does what the imager does",
    bar: "10 times faster",
    fits: (value) => Number(value) >= 10,
  },
  bytesRatio: {
    what: "our bytes against that pipeline's",
    bar: "1.01",
    fits: (value) => Number(value) <= 1.01,
  },
  unchangedSeconds: { what: "build with nothing changed", bar: "2 s", fits: (value) => Number(value) < 2 },
  addRoleShare: {
    what: "one more role that shares all but one extension, of the cold time",
    bar: "0.25",
    fits: (value) => Number(value) <= 0.25,
  },
  peakMemoryMiB: {
    what: "peak memory of the whole build in MiB, also with sixteen roles",
    bar: "512 MB",
    fits: (value) => Number(value) * 1.048576 <= 512,
  },
  sixteenRolesPerByteRatio: {
    what: "cost of 16 roles against 2, by bytes",
    bar: "1",
    fits: (value) => Number(value) <= 1,
  },
  identical: {
    what: "assets of another user, place, time zone, umask, processor count and order are identical",
    bar: "true",
    fits: (value) => value === true,
  },
};

try {
  const result = await main();
  for (const [name, value] of Object.entries(result)) {
    const { what, bar, fits } = bars[name]!;
    tell({ what, bar, measured: String(value), fits: fits(value) });
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
