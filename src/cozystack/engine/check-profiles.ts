import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { RolesError } from "../../errors.ts";
import { type EngineTarget, nameInList } from "./target.ts";

interface Profile {
  arch?: string;
  version?: string;
  input?: { systemExtensions?: { imageRef?: string }[] };
}

/** The profiles that CozyStack's script wrote must ask for the very images that the lock pins. Errors: LOCK_STALE, READ_BACK_MISMATCH. */
export async function checkProfiles(folder: string, target: EngineTarget): Promise<void> {
  const profiles = join(folder, "images", "talos", "profiles");
  for (const name of await readdir(profiles)) {
    checkProfile(name, parse(await readFile(join(profiles, name), "utf8")) as Profile, target);
  }
}

function checkProfile(name: string, { arch, version, input }: Profile, target: EngineTarget): void {
  if (arch !== target.arch || version !== target.talos) {
    throw new RolesError("READ_BACK_MISMATCH", `profile ${name} is for Talos ${version} on ${arch}`, {
      hint: `It should be for ${target.talos} on ${target.arch}. Report this checkout's commit.`,
    });
  }
  const got = (input?.systemExtensions ?? []).map(({ imageRef = "" }) => imageRef);
  const wanted = target.extensions.map((extension) => `${extension.repository}@${extension.digest}`);
  const digests = got.map((reference) => reference.replace(/:[^:/@]+@/, "@"));
  const at = wanted.findIndex((one, index) => digests[index] !== one);
  if (at < 0 && digests.length === wanted.length) return;
  const extension = target.extensions[at];
  throw new RolesError(
    "LOCK_STALE",
    `Talos ${target.talos} lists ${got[at] ?? "nothing"} where the lock has ${extension ? `${nameInList(extension)} as ${wanted[at]}` : "nothing more"}`,
    {
      hint: "`talos-roles lock --update` takes what registries have now; look at the difference before you build.",
    },
  );
}
