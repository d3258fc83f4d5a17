import type { PipelineOptions } from "./options.ts";

/** A word of a shell's command line, quoted where it must be. */
export const word = (text: string): string =>
  /^[\w./:@=%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const mirrorWords = ({ mirrors }: PipelineOptions): string[] =>
  mirrors.flatMap((mirror) => ["--mirror", word(mirror)]);
const fileWords = ({ rolesFile }: PipelineOptions): string[] =>
  rolesFile === "roles.yaml" ? [] : ["--file", word(rolesFile)];

/** The shell's command lines of a pipeline. Roles and architectures come in the variables ROLE, ARCH and SHARD, never as text. Each push leaves `out/push-ROLE-ARCH.json`. */
export interface PipelineCommands {
  install: string;
  installPackages: string;
  checkLock: string;
  check: string;
  /** Prints the key of every entry; those of `pending` are not published yet. */
  keys: string;
  pending: string;
  /** Writes the entries of a shard that are not published yet, one a line, into `share.txt`. Empty without shards. */
  share: string;
  /** Empty for the native engine. */
  checkout: string;
  build: string;
  readBack: string;
  push: string;
  merge: string;
}

/** Pure. */
export function pipelineCommands(options: PipelineOptions): PipelineCommands {
  const { engine, packages, version, cache, cozystack, shards, outputs } = options;
  const talosRoles = (...words: string[]): string =>
    ["talos-roles", ...words, ...fileWords(options)].join(" ");
  const mirrors = mirrorWords(options);
  const what = ['"$ROLE"', "--arch", '"$ARCH"'];
  const built = ["--outputs", outputs.join(","), "--frozen", "--out", "out"];
  const forEach = (lines: string): string => (shards === undefined ? lines : eachOfShare(lines));
  const cozy = engine === "cozystack" ? ["--engine", "cozystack", "--checkout", "cozystack"] : [];
  const cached = cache === undefined ? [] : ["--cache", word(cache)];
  return {
    install: `npm install --global --ignore-scripts --no-audit --no-fund talos-roles@${word(version)}`,
    installPackages: `sudo apt-get update -qq\nsudo apt-get install -y -qq --no-install-recommends ${packages.map(word).join(" ")}${
      engine === "cozystack" ? `\n${installCrane}` : ""
    }`,
    checkLock: talosRoles("lock", "--check", "--offline"),
    check: talosRoles("check"),
    keys: talosRoles("ci", "matrix", "--keys"),
    pending: talosRoles("ci", "matrix", "--keys", "--unpublished", ...mirrors),
    checkout: engine === "native" ? "" : checkoutOf(cozystack ?? ""),
    share:
      shards === undefined
        ? ""
        : `${talosRoles("ci", "matrix", "--lines", "--unpublished", "--shard", '"$SHARD"', ...mirrors)} > share.txt`,
    build: forEach(talosRoles("build", ...what, ...built, ...cozy, ...cached, ...mirrors)),
    readBack: forEach('talos-roles inspect "out/$ROLE/installer-$ARCH.tar"'),
    push: forEach(`${talosRoles("push", ...what, "--out", "out", "--json")} > "out/push-$ROLE-$ARCH.json"`),
    merge: talosRoles("ci", "merge", "records", ...merged, ...mirrors),
  };
}

const merged = ["--out", "build-record.json", "--page", "images.md", "--pushed"];

const checkoutOf = (release: string): string =>
  `git clone --quiet --filter=blob:none --no-checkout https://github.com/cozystack/cozystack cozystack
git -C cozystack checkout --quiet --detach ${word(release)}`;

/** Each line of a shard's share is a role and an architecture. The command gets no input, or it would eat the other lines. */
const eachOfShare = (command: string): string =>
  `while read -r ROLE ARCH; do\n  ${command} < /dev/null\ndone < share.txt`;

/** crane is in no Debian package; the Go checksum database vouches for it. */
const installCrane = `go=$(command -v go) || { echo "crane is built with Go: use a runner that has it" >&2; exit 1; }
GOBIN=/usr/local/bin sudo --preserve-env=GOBIN "$go" install github.com/google/go-containerregistry/cmd/crane@v0.22.1`;
