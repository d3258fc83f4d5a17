import { parse } from "yaml";
import type { Settings } from "../settings.ts";
import type { ScriptRun } from "./run-script.ts";

interface ParsedProfile {
  arch?: string;
  version?: string;
  input?: {
    kernel?: { path?: string };
    initramfs?: { path?: string };
    systemExtensions?: { imageRef?: string }[];
  };
}

interface RoleWanted {
  settings: Required<Pick<Settings, "ARCH" | "EXTENSIONS">>;
  talos: string;
  /** The exact reference that each name must get. */
  references: ReadonlyMap<string, string>;
}

/** What is wrong with the profiles of a role: its architecture, its extensions in their order and nothing else, and no trace of another architecture. */
export function faultsOfRole(run: ScriptRun, wanted: RoleWanted): string[] {
  if (run.profiles === null) return [run.failure];
  if (run.profiles.size === 0) return ["the script wrote no profile"];
  return [...run.profiles].flatMap(([name, text]) =>
    faultsOf(text, wanted).map((fault) => `${name}: ${fault}`),
  );
}

function faultsOf(text: string, { settings, talos, references }: RoleWanted): string[] {
  const { ARCH, EXTENSIONS } = settings;
  const profile = parse(text, { logLevel: "error" }) as ParsedProfile;
  const want = EXTENSIONS.split(" ")
    .filter((name) => name !== "")
    .map((name) => references.get(name));
  const got = profile.input?.systemExtensions?.map(({ imageRef }) => imageRef);
  const other = ARCH === "arm64" ? "amd64" : "arm64";
  return [
    ...(profile.arch === ARCH ? [] : [`arch is ${profile.arch}`]),
    ...(profile.version === talos ? [] : [`version is ${profile.version}`]),
    ...(profile.input?.kernel?.path === `/usr/install/${ARCH}/vmlinuz`
      ? []
      : ["its kernel is not of that architecture"]),
    ...(profile.input?.initramfs?.path === `/usr/install/${ARCH}/initramfs.xz`
      ? []
      : ["its initramfs is not of that architecture"]),
    ...(JSON.stringify(got) === JSON.stringify(want) ? [] : [`systemExtensions are ${JSON.stringify(got)}`]),
    ...(text.includes(other) ? [`it names ${other}`] : []),
  ];
}
