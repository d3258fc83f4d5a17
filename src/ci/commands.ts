import type { PipelineOptions } from "./options.ts";

/** A word of a shell's command line, quoted where it must be. */
export const word = (text: string): string =>
  /^[\w./:@=%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const mirrorWords = ({ mirrors }: PipelineOptions): string[] =>
  mirrors.flatMap((mirror) => ["--mirror", word(mirror)]);
const fileWords = ({ rolesFile }: PipelineOptions): string[] =>
  rolesFile === "roles.yaml" ? [] : ["--file", word(rolesFile)];

/** The shell's command lines of a pipeline. Roles and architectures come in the variables ROLE, ARCH and SHARD, never as text. */
export interface PipelineCommands {
  install: string;
  installPackages: string;
  checkLock: string;
  check: string;
  /** Prints the key of every entry; those of `pending` are not published yet. */
  keys: string;
  pending: string;
  /** Empty for the native engine. */
  checkout: string;
  build: string;
  readBack: string;
  push: string;
  merge: string;
}

/** Pure. */
export function pipelineCommands(options: PipelineOptions): PipelineCommands {
  const { engine, packages, version, cache, cozystack, shards } = options;
  const talosRoles = (...words: string[]): string =>
    ["talos-roles", ...words, ...fileWords(options)].join(" ");
  const mirrors = mirrorWords(options);
  const what = shards === undefined ? ['"$ROLE"', "--arch", '"$ARCH"'] : ["--shard", '"$SHARD"'];
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
    checkout:
      engine === "native"
        ? ""
        : `git clone --quiet --filter=blob:none --no-checkout https://github.com/cozystack/cozystack cozystack
git -C cozystack checkout --quiet --detach ${word(cozystack ?? "")}`,
    build: talosRoles("build", ...what, "--frozen", "--out", "out", ...cozy, ...cached, ...mirrors),
    readBack: shards === undefined ? `talos-roles inspect "out/$ROLE/installer-$ARCH.tar"` : readBackAll,
    push: talosRoles("push", ...what, "--out", "out", "--json"),
    merge: talosRoles(
      "ci",
      "merge",
      "records",
      "--out",
      "build-record.json",
      "--page",
      "images.md",
      "--pushed",
      ...mirrors,
    ),
  };
}

/** A shard has whichever roles it was given. */
const readBackAll = `find out -name 'installer-*.tar' -print -exec talos-roles inspect {} ';'`;

/** crane is in no Debian package; the Go checksum database vouches for it. */
const installCrane = `GOBIN=/usr/local/bin sudo --preserve-env=GOBIN "$(command -v go)" install github.com/google/go-containerregistry/cmd/crane@v0.22.1`;
