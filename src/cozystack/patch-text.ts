import { withScratch } from "../formats/scratch.ts";
import { openCheckout } from "./checkout.ts";
import { editSource } from "./edit.ts";
import { makePatch } from "./make-patch.ts";
import { openScratchRepository } from "./scratch-repository.ts";
import { readSource } from "./source.ts";

/** The patch alone, not proven: for texts that tests hold to the proof. Errors: as `patchCozystack`, but for PATCH_UNPROVEN. */
export async function unprovenPatch(directory: string): Promise<string> {
  const checkout = await openCheckout(directory);
  const source = await readSource(checkout);
  const edited = editSource(source);
  return withScratch(async (folder) => {
    const scratch = await openScratchRepository(folder, checkout);
    return (await makePatch({ scratch, commit: checkout.commit, source, edited: edited.text })).text;
  });
}
