import { RolesError } from "../errors.ts";

/** Bytes that may still be made of an image, which can unpack to far more than it weighs. */
export interface Budget {
  /** Errors: ARCHIVE_TOO_LARGE when more is spent than there is. */
  spend: (bytes: number) => void;
}

export function createBudget(limit: number): Budget {
  let left = limit;
  return {
    spend(bytes) {
      left -= bytes;
      if (left < 0)
        throw new RolesError("ARCHIVE_TOO_LARGE", `the image unpacks to more than ${limit} bytes`, {
          hint: "No image of Talos comes near to that. Look at where it comes from.",
        });
    },
  };
}
