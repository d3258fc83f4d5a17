import { isRolesError } from "../errors.ts";
import { type Checkout, openCheckout } from "./checkout.ts";
import { committedProfile } from "./prove/answers.ts";
import { readSource } from "./source.ts";

/** The Talos version that a release of CozyStack pins, as a clone has it; undefined where the clone has no such tag. Errors: NOT_A_CHECKOUT, LAYOUT_UNKNOWN. */
export async function pinnedTalos(directory: string, release: string): Promise<string | undefined> {
  await openCheckout(directory);
  const checkout = await atTag(directory, release);
  return checkout && committedProfile(await readSource(checkout)).talos;
}

async function atTag(directory: string, release: string): Promise<Checkout | undefined> {
  try {
    return await openCheckout(directory, `refs/tags/${release}`);
  } catch (error) {
    if (isRolesError(error, "NOT_A_CHECKOUT")) return undefined;
    throw error;
  }
}
