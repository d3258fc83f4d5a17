import { z } from "zod";
import { ownOutputs } from "../../roles/choose.ts";
import type { RolesFile } from "../../roles/model.ts";
import { diskPlatforms } from "../../roles/outputs.ts";
import { type RecordedAsset, type RecordedRole, recordedAsset } from "../record.ts";

/** How disk images were asked for: another size is another image under the same name. */
interface DiskSettings {
  size?: number | undefined;
  compression?: string | undefined;
}

const schema = z.object({
  disk: z.object({ size: z.number().optional(), compression: z.string().optional() }),
  assets: z.array(recordedAsset),
});

const settingsOf = ({ diskSize, diskCompression }: RolesFile["images"]): DiskSettings => ({
  ...(diskSize === undefined ? {} : { size: diskSize }),
  ...(diskCompression === undefined ? {} : { compression: diskCompression }),
});

/** What was built beside an installer, for its annotation: registries have none of it, so that nothing else tells. */
export const outputsSaid = (roles: RolesFile, { assets }: RecordedRole): string =>
  JSON.stringify({
    disk: settingsOf(roles.images),
    assets: besideOf(roles, assets),
  });

/** A platform's disk image counts by its platform, everything else by its kind. */
export const isOutput = (output: string, { kind, platform }: RecordedAsset): boolean =>
  kind === output || (kind === "disk" && platform === output);

const isDisk = (output: string): boolean => (diskPlatforms as readonly string[]).includes(output);

/** The files that were built beside a published installer. Undefined where not all were that roles.yaml asks for now. */
export function outputsBeside(roles: RolesFile, said: string | undefined): RecordedAsset[] | undefined {
  const wanted = ownOutputs(roles).filter((output) => output !== "installer");
  const { disk, assets } = readSaid(said) ?? { disk: {}, assets: [] };
  const has = wanted.every((output) => assets.some((asset) => isOutput(output, asset)));
  const { size, compression } = settingsOf(roles.images);
  const fits = !wanted.some(isDisk) || (disk.size === size && disk.compression === compression);
  return has && fits ? besideOf(roles, assets) : undefined;
}

/** What roles.yaml asks for and a registry does not have. */
const besideOf = (roles: RolesFile, assets: readonly RecordedAsset[]): RecordedAsset[] =>
  assets.filter(
    (asset) => asset.kind !== "installer" && ownOutputs(roles).some((output) => isOutput(output, asset)),
  );

function readSaid(said: string | undefined): z.infer<typeof schema> | undefined {
  try {
    return schema.parse(JSON.parse(said ?? ""));
  } catch {
    return undefined;
  }
}
