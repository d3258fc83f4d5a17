import { type ErrorCode, isRolesError, RolesError } from "../../errors.ts";
import type { Digest } from "../digest.ts";
import type { Reference } from "../reference.ts";
import { checkClaim } from "./check-claim.ts";
import { findSignatures, type Found, nameOf, type SignatureSource } from "./find.ts";
import { type ExpectedSigner, type Signer, shownSigner } from "./signer.ts";

/**
 * Finds a signature of the manifest by one of the expected signers, in either of cosign's layouts. One good signature is enough, whatever
 * else lies beside it. Errors: SIGNATURE_MISSING where there is none at all; else that of the most telling one: SIGNATURE_UNTRUSTED,
 * SIGNATURE_INVALID, SIGNATURE_UNSUPPORTED; REGISTRY_*.
 */
export async function verifyImage(
  source: SignatureSource,
  { repository, digest }: { repository: Reference; digest: Digest },
  expected: readonly ExpectedSigner[],
): Promise<Signer> {
  const name = nameOf(repository, digest);
  const found = await findSignatures(source, repository, digest);
  if (found.length === 0)
    throw new RolesError("SIGNATURE_MISSING", `${name} is not signed`, { hint: hints.SIGNATURE_MISSING });
  const faults: Error[] = [];
  for (const one of found) {
    for (const signer of expected) {
      const result = check(one, digest, signer);
      if (!(result instanceof Error)) return result;
      faults.push(result);
    }
  }
  throw mostTelling(faults, name, expected);
}

function check(found: Found, digest: Digest, signer: ExpectedSigner): Signer | Error {
  if ("fault" in found) return found.fault;
  try {
    return checkClaim(found.claim, digest, signer);
  } catch (error) {
    return error as Error;
  }
}

type SignatureCode =
  | "SIGNATURE_MISSING"
  | "SIGNATURE_UNTRUSTED"
  | "SIGNATURE_INVALID"
  | "SIGNATURE_UNSUPPORTED";

const hints: Record<SignatureCode, string> = {
  SIGNATURE_MISSING:
    "Check the digest with who publishes the image; a mirror must hold its signatures too. Without them, take its policy out of `signatures`.",
  SIGNATURE_UNTRUSTED:
    "Do not use the image before you know why. If its publisher signs in another way now, change `signatures` in the roles file.",
  SIGNATURE_INVALID:
    "Do not use the image: the signature was changed, damaged, or copied from another image.",
  SIGNATURE_UNSUPPORTED:
    "This version checks entries of Rekor v1 only. Check it with `cosign verify`, or name the signer's public key in `signatures`.",
};

/** One by someone else tells more than one that is broken; a signature that cannot be read here comes last. */
const order: readonly SignatureCode[] = ["SIGNATURE_UNTRUSTED", "SIGNATURE_INVALID", "SIGNATURE_UNSUPPORTED"];

function mostTelling(
  faults: readonly Error[],
  name: string,
  expected: readonly ExpectedSigner[],
): RolesError {
  const codeOf = (error: Error): SignatureCode =>
    isRolesError(error) && isSignatureCode(error.code) ? error.code : "SIGNATURE_INVALID";
  const code = order.find((one) => faults.some((error) => codeOf(error) === one)) ?? "SIGNATURE_INVALID";
  const [first] = faults.filter((error) => codeOf(error) === code);
  const reasons = [...new Set(faults.map(({ message }) => message))].map((reason) => ({ reason }));
  return new RolesError(
    code,
    `${name} has no signature by ${expected.map(shownSigner).join(" or ")}: ${first?.message ?? "none can be read"}`,
    { hint: hints[code], details: reasons, cause: first },
  );
}

const isSignatureCode = (code: ErrorCode): code is SignatureCode => code in hints;
