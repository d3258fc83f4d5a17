import pLimit from "p-limit";
import { isRolesError, RolesError } from "../errors.ts";
import { type Emit, step } from "../events.ts";
import type { SignatureSource } from "../oci/signature/find.ts";
import type { Signer } from "../oci/signature/signer.ts";
import type { RolesFile } from "../roles/model.ts";
import type { Lock, LockedArchitecture, PinnedImage } from "./lock-model.ts";
import { readPolicies, type SignerPolicy, signersFor } from "./signature-policy.ts";
import { type SamePins, signerOfPins } from "./signed-pins.ts";

export interface VerifyOptions {
  client: SignatureSource;
  emit: Emit;
  signal?: AbortSignal;
}

export interface VerifiedImage {
  /** `ghcr.io/siderolabs/drbd:9.2.14-v1.13.6`. */
  image: string;
  /** What its tag pointed at when it was locked. */
  digest: string;
  /** Null where no policy of roles.yaml is about it. */
  signature: Signer | null;
}

const atOnce = 4;

/** The policies of roles.yaml, of which there must be one. Errors: SIGNATURE_MISSING, FILE_NOT_FOUND, SIGNATURE_KEY_INVALID. */
export async function requirePolicies(roles: RolesFile): Promise<SignerPolicy[]> {
  const policies = await readPolicies(roles);
  if (policies.length > 0) return policies;
  throw new RolesError("SIGNATURE_MISSING", `${roles.file} does not say who must have signed the images`, {
    hint: "Add `signatures:` to it; docs/signatures.md has the entry for Sidero's own images.",
  });
}

/**
 * Checks the signatures of everything that a lock pins by the policies of roles.yaml, and gives the lock with what was found. An image that no
 * policy is about is told of, and not checked. Errors: SIGNATURE_* with every image that failed in its details, REGISTRY_*, FILE_NOT_FOUND.
 */
export async function verifyLock(
  lock: Lock,
  roles: RolesFile,
  options: VerifyOptions,
): Promise<{ lock: Lock; images: VerifiedImage[] }> {
  const policies = await requirePolicies(roles);
  const limit = pLimit(atOnce);
  const settled = await Promise.allSettled(
    samePins(lock).map((pins) => limit(() => verified(pins, policies, options))),
  );
  const failures = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
  if (failures.length > 0) throw asOne(failures);
  const images = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const found = new Map(images.map(({ image, digest, signature }) => [`${image}@${digest}`, signature]));
  return { lock: withSignatures(lock, (pin) => found.get(keyOf(pin)) ?? undefined), images };
}

/** `ghcr.io/siderolabs/drbd:9.2.14-v1.13.6`. */
const nameOf = ({ repository, tag }: PinnedImage): string => `${repository}${tag === "" ? "" : `:${tag}`}`;
const keyOf = (pin: PinnedImage): string => `${nameOf(pin)}@${pin.digest}`;

/** What differs only in its architecture is signed once. */
function samePins({ architectures }: Lock): SamePins[] {
  const byKey = new Map<string, SamePins>();
  for (const pin of Object.values(architectures).flatMap(imagesOf))
    byKey.set(keyOf(pin), [pin, ...(byKey.get(keyOf(pin)) ?? [])]);
  return [...byKey.values()];
}

const imagesOf = ({ base, bootFiles, extensions }: LockedArchitecture): PinnedImage[] => [
  base,
  bootFiles,
  ...Object.values(extensions),
];

async function verified(
  pins: SamePins,
  policies: readonly SignerPolicy[],
  { client, emit, signal }: VerifyOptions,
): Promise<VerifiedImage> {
  signal?.throwIfAborted();
  const [pin] = pins;
  const result = { image: nameOf(pin), digest: pin.digest };
  const signers = signersFor(policies, pin.repository);
  if (signers.length > 0) {
    const label = `signature of ${result.image}`;
    const { signature } = await step(emit, `signature-${keyOf(pin)}`, label, async () => ({
      signature: await signerOfPins(client, pins, signers),
      cached: false,
    }));
    return { ...result, signature };
  }
  const text = `${result.image} is not checked: no entry of \`signatures\` is about it`;
  emit({ type: "note", level: "warning", text });
  return { ...result, signature: null };
}

/** One run names every image that fails; what is no matter of signatures (a registry that is down) goes first. */
function asOne(failures: readonly Error[]): Error {
  const ofSignatures = failures.filter(
    (error): error is RolesError => isRolesError(error) && error.code.startsWith("SIGNATURE_"),
  );
  const [first] = ofSignatures;
  const other = failures.find((error) => !ofSignatures.includes(error as RolesError));
  if (other || !first || ofSignatures.length === 1) return other ?? failures[0]!;
  const list = ofSignatures.map(({ message }) => `\n  ${message}`).join("");
  return new RolesError(first.code, `${ofSignatures.length} images fail:${list}`, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: ofSignatures.map(({ code, message }) => ({ code, message })),
    cause: first,
  });
}

function withSignatures(lock: Lock, signatureOf: (pin: PinnedImage) => Signer | undefined): Lock {
  const signed = <T extends PinnedImage>({ signature: _before, ...pin }: T): T => {
    const signature = signatureOf(pin);
    return { ...pin, ...(signature ? { signature } : {}) } as T;
  };
  const one = (locked: LockedArchitecture): LockedArchitecture => ({
    ...locked,
    base: signed(locked.base),
    bootFiles: signed(locked.bootFiles),
    extensions: Object.fromEntries(
      Object.entries(locked.extensions).map(([name, extension]) => [name, signed(extension)]),
    ),
  });
  const architectures = Object.entries(lock.architectures).map(([arch, locked]) => [arch, one(locked)]);
  return { ...lock, architectures: Object.fromEntries(architectures) as Lock["architectures"] };
}
