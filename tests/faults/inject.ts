import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** `fault.c` says what each does. */
export type FaultKind = "kill" | "space" | "readonly" | "back" | "ahead";

export interface Fault {
  kind: FaultKind;
  /** Which change of the disk, counted from 1. */
  at: number;
}

export interface Outcome {
  /** Null where a signal ended it. */
  status: number | null;
  out: string;
  err: string;
  /** Changes of the disk, or sends; undefined where the process was killed. */
  changes: number | undefined;
}

interface RunOptions {
  cwd: string;
  fault?: Fault;
  /** What is sent over the network counts, instead of what changes the disk. */
  sends?: boolean;
  /** Once it has said this it is ended as by Ctrl-C. */
  until?: string | undefined;
}

export interface Injector {
  /** Runs the program, with a fault or without. */
  run: (args: readonly string[], options: RunOptions) => Promise<Outcome>;
  close: () => void;
}

/** The compiled program, and a library in front of the C library that makes disks fail. Needs gcc. */
export function makeInjector(): Injector {
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const library = join(folder, "fault.so");
  const dist = join(folder, "package", "dist");
  execFileSync("gcc", [
    "-shared",
    "-fPIC",
    "-O1",
    "-o",
    library,
    join(import.meta.dirname, "fault.c"),
    "-ldl",
  ]);
  execFileSync(process.execPath, [
    join(root, "node_modules", "typescript", "bin", "tsc"),
    "-p",
    join(root, "tsconfig.build.json"),
    "--outDir",
    dist,
  ]);
  for (const name of ["package.json", "node_modules"])
    execFileSync("ln", ["-s", join(root, name), join(folder, "package", name)]);
  const count = join(folder, "count");
  return {
    close: () => rmSync(folder, { recursive: true }),
    run: (args, { cwd, fault, sends, until }) => {
      rmSync(count, { force: true });
      const env = {
        ...process.env,
        LD_PRELOAD: library,
        FAULT_COUNT: count,
        NODE_DISABLE_COMPILE_CACHE: "1",
        ...(sends ? { FAULT_SENDS: "1" } : {}),
        ...(fault ? { FAULT_AT: String(fault.at), FAULT_KIND: fault.kind } : {}),
      };
      const child = spawn(process.execPath, [join(dist, "cli", "bin.js"), ...args], {
        cwd,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const texts = { out: "", err: "" };
      child.stdout.on("data", (chunk) => (texts.out += String(chunk)));
      child.stderr.on("data", (chunk) => {
        const said = texts.err.includes(until ?? "");
        texts.err += String(chunk);
        if (!said && texts.err.includes(until ?? "")) child.kill("SIGINT");
      });
      return new Promise((resolve) => {
        child.on("close", (status) => {
          const changes = existsSync(count) ? Number(readFileSync(count, "utf8")) : undefined;
          resolve({ status, ...texts, changes });
        });
      });
    },
  };
}
