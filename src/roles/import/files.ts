import { type ConfigFile, readConfig } from "../../talos/config/document.ts";
import type { At } from "../../talos/config/tree.ts";
import { type Folder, shownPath } from "./folder.ts";

/** The readable files of a folder, each parsed once, with what is asked of them by path inside the folder. */
export interface RepositoryFiles {
  folder: Folder;
  /** Paths inside the folder of files that may be of interest, sorted. */
  paths: readonly string[];
  /** Of any file, of interest or not. */
  config: (path: string) => ConfigFile | undefined;
  text: (path: string) => string | undefined;
  /** The file as it is called in messages. */
  shown: (path: string) => string;
  /** The line that a position is in, as it stands in the file. */
  lineAt: (at: At) => string | undefined;
}

/**
 * Repositories are full of other YAML, which need not be parsed to be left aside: configs, patches, schematics, profiles and the files of the
 * known tools all have one of these.
 */
const ofInterest =
  /^["']?(?:machine|cluster|customization|nodes|nodesProvider|output|version|debug|persist)["']?\s*:|^\s*-?\s*["']?op["']?\s*:|["'](?:machine|cluster|customization|op)["']\s*:|apiVersion["']?\s*:\s*["']?(?:v1alpha1\b|ENC\[)|^kind:\s*["']?(?:Cluster|ControlPlane|Workers|Machine)\b|^# talm:/m;

export async function openFiles(folder: Folder): Promise<RepositoryFiles> {
  const texts = new Map<string, string>();
  const byShown = new Map<string, string>();
  for (const path of folder.files) {
    const text = await folder.read(path);
    if (text === undefined) continue;
    texts.set(path, text);
    byShown.set(shownPath(folder, path), text);
  }
  const configs = new Map<string, ConfigFile>();
  const config = (path: string): ConfigFile | undefined => {
    const text = texts.get(path);
    const there = configs.get(path);
    if (text === undefined || there) return there;
    const read = readConfig(text, shownPath(folder, path));
    configs.set(path, read);
    return read;
  };
  return {
    folder,
    paths: [...texts].flatMap(([path, text]) => (ofInterest.test(text) ? [path] : [])),
    config,
    text: (path) => texts.get(path),
    shown: (path) => shownPath(folder, path),
    lineAt: ({ file, line }) => byShown.get(file)?.split(/\r?\n/)[line - 1],
  };
}

/** `a/b/../c/./d` is `a/c/d`; undefined for what leaves the folder. */
export function insidePath(...parts: readonly string[]): string | undefined {
  const out: string[] = [];
  for (const part of parts.join("/").split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") out.push(part);
    else if (out.pop() === undefined) return undefined;
  }
  return out.join("/");
}

/** The folder that a file is in: empty for the folder itself. */
export const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");
