import { parse } from "yaml";
import { digestOf } from "../../oci/digest.ts";
import { notUnderstood } from "../lines.ts";
import type { Source, SourceFile } from "../source.ts";

/** What the stand-in registry answers. */
export interface StandInAnswers {
  /** Tags of each repository, by its last name. */
  tags: [name: string, tags: string[]][];
  /** Lines of the file image-digests. */
  digests: string[];
}

interface Profile {
  talos: string;
  /** References of its extensions, in order. */
  images: string[];
}

/** Errors: LAYOUT_UNKNOWN when the committed profile names no Talos version. */
export function committedProfile({ folder, files }: Source): Profile {
  const path = `${folder}/images/talos/profiles/installer.yaml`;
  const file = files.find((one) => one.path === path);
  if (!file) throw notUnderstood({ file: { path }, why: "it is missing, and it pins the Talos version" });
  const profile = parsed(file);
  const talos = profile?.version;
  if (typeof talos !== "string" || !/^v\d+\.\d+\.\d+/.test(talos)) {
    throw notUnderstood({ file, why: "it names no Talos version" });
  }
  const list = profile?.input?.systemExtensions;
  return { talos, images: Array.isArray(list) ? list.flatMap(({ imageRef }) => imageRef ?? []) : [] };
}

interface ParsedProfile {
  version?: unknown;
  input?: { systemExtensions?: { imageRef?: string }[] };
}

function parsed(file: SourceFile): ParsedProfile | undefined {
  try {
    return parse(file.text) as ParsedProfile;
  } catch {
    throw notUnderstood({ file, why: "it is no YAML" });
  }
}

/**
 * Answers with which the script writes what is committed: every image of the committed profile is known under its
 * reference, and of the other names one is made up.
 */
export function answersFor({ talos, images }: Profile, names: readonly string[]): StandInAnswers {
  const found = images.filter((image) => findable(tagOf(image), talos));
  const known = new Map(found.map((image) => [nameOf(image), image]));
  const reference = (name: string): string => known.get(name) ?? `ghcr.io/siderolabs/${name}:1.0.0-${talos}`;
  const all = [...new Set([...names, ...known.keys()])];
  return {
    tags: [["imager", [talos]], ...all.map((name): [string, string[]] => [name, [tagOf(reference(name))]])],
    digests: all.map((name) => withDigest(reference(name), name)),
  };
}

/** A committed image that the script would not find itself, because upstream put it there by hand, is made up too. */
const findable = (tag: string, talos: string): boolean => !/-v\d/.test(tag) || tag.endsWith(`-${talos}`);

const nameOf = (image: string): string =>
  image
    .replace(/[:@].*$/, "")
    .split("/")
    .at(-1) ?? "";
const tagOf = (image: string): string => image.replace(/@.*$/, "").split(":").at(-1) ?? "";
const withDigest = (image: string, name: string): string =>
  image.includes("@") ? image : `${image}@${digestOf(name)}`;
