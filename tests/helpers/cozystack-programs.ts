import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lock } from "../../src/catalog/lock-model.ts";

/** Stand-ins for the programs at the edge of CozyStack's machinery: they record how they were called, and answer from images that are at hand. */
export interface CozystackPrograms {
  /** Goes in front of PATH. */
  folder: string;
  /** Every call so far: the program and its words; for docker with the profile that it was fed. */
  calls: () => Promise<string[]>;
}

interface Wanted {
  folder: string;
  lock: Lock;
  /** A native build of the same roles: what the imager would have made of each profile. */
  images: string;
  /** Role whose images are given whatever was asked for: an imager that is wrong. */
  always?: string;
}

export async function cozystackPrograms({
  folder,
  lock,
  images,
  always = "",
}: Wanted): Promise<CozystackPrograms> {
  await mkdir(folder, { recursive: true });
  const log = join(folder, "calls.log");
  await writeFile(log, "");
  const digests = Object.values(lock.architectures.arm64?.extensions ?? {}).map(
    ({ repository, tag, digest }) => `${repository}:${tag}@${digest}\n`,
  );
  await writeFile(join(folder, "image-digests"), digests.join(""));
  const program = async (name: string, script: string): Promise<void> => {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  };
  const record = `printf '%s %s\\n' "$(basename "$0")" "$*" >> '${log}'`;
  await program("skopeo", `#!/bin/sh\n${record}\nexit 1\n`);
  await program("crane", `#!/bin/sh\n${record}\ntar -C '${folder}' -cf - image-digests\n`);
  await program("docker", dockerScript({ log, images, always }));
  return {
    folder,
    calls: async () => (await readFile(log, "utf8")).split("\n").filter((line) => line !== ""),
  };
}

/** What of a profile decides which file the imager makes. */
const dockerScript = ({
  log,
  images,
  always,
}: {
  log: string;
  images: string;
  always: string;
}): string => `#!/bin/sh
profile=$(cat)
printf 'docker %s <<< %s\\n' "$*" "$(printf '%s' "$profile" | tr '\\n' ';')" >> '${log}'
arch=$(printf '%s\\n' "$profile" | sed -n 's/^arch: //p')
kind=$(printf '%s\\n' "$profile" | sed -n 's/^  kind: //p')
case "$profile" in *tailscale*) role=gateway ;; *) role=compute ;; esac
[ -z '${always}' ] || role='${always}'
case "$kind" in
  installer) file=installer-$arch.tar ;;
  kernel) file=kernel-$arch ;;
  initramfs) file=initramfs-metal-$arch.xz ;;
  *) echo "there is no image of kind $kind" >&2; exit 1 ;;
esac
tar -C '${images}'/$role -czf - $file
`;
