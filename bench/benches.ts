// Every bench, in the order in which they are run: one for each bar of this project that is about time or memory.

export interface Bench {
  name: string;
  /** File of this folder, and its arguments. */
  script: string;
  args?: readonly string[];
  about: string;
  /** Only when it is named, or with `--all`: it takes most of an hour, or begins from nothing. */
  long?: true;
}

export const benches: readonly Bench[] = [
  { name: "check", script: "check.ts", about: "`check` on 10,000 nodes in 50 roles" },
  { name: "lock", script: "lock.ts", about: "`lock` of the example against the stand-in upstream" },
  {
    name: "lock-memory",
    script: "lock-memory.ts",
    about: "memory while contracts of 100 MB extensions are read",
  },
  { name: "verify", script: "verify.ts", about: "`verify` on 1,000 simulated nodes, some of them ill" },
  { name: "build", script: "build.ts", about: "`build` of the example with nothing to do" },
  {
    name: "survey",
    script: "survey.ts",
    about: "the CozyStack patch on every ref of the clone that COZYSTACK_REPO names",
  },
  { name: "demo", script: "demo.ts", about: "`make demo`, the second time" },
  { name: "boot", script: "boot.ts", about: "`boot` until a machine's console shows; after `demo`" },
  { name: "lab-test", script: "lab-test.ts", about: "all six scenarios of `lab test`" },
  {
    name: "build-ratios",
    script: "build-ratios.ts",
    args: ["--quick"],
    about: "the build against a pipeline that does what the imager does",
  },
  {
    name: "lab-test-five",
    script: "lab-test.ts",
    args: ["5"],
    about: "the scenarios five times in a row",
    long: true,
  },
  {
    name: "demo-fresh",
    script: "demo.ts",
    args: ["--fresh"],
    about: "`make demo` with an empty cache: Debian's packages and Go's modules are fetched",
    long: true,
  },
  { name: "ci", script: "ci.ts", about: "`make test` and `make demo`", long: true },
];
