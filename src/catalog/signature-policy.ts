import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { RolesError } from "../errors.ts";
import { readPublicKey } from "../oci/signature/public-key.ts";
import type { ExpectedSigner } from "../oci/signature/signer.ts";
import { publicRoot, readTrustedRoot } from "../oci/signature/trusted-root.ts";
import type { RolesFile, SignaturePolicy } from "../roles/model.ts";

/** A policy of roles.yaml with its files read. */
export interface SignerPolicy {
  images: string;
  signer: ExpectedSigner;
}

/** Reads the keys and roots that `signatures` names. Errors: FILE_NOT_FOUND, SIGNATURE_KEY_INVALID. */
export const readPolicies = ({ signatures, file }: RolesFile): Promise<SignerPolicy[]> =>
  Promise.all(
    signatures.map(async (policy) => ({
      images: policy.images,
      signer: await signerOf(policy, dirname(file)),
    })),
  );

/** Who may have signed the images of a repository: the policies with the longest beginning that fits. */
export function signersFor(policies: readonly SignerPolicy[], repository: string): ExpectedSigner[] {
  const fitting = policies.filter(({ images }) => repository.startsWith(images));
  const longest = Math.max(0, ...fitting.map(({ images }) => images.length));
  return fitting.filter(({ images }) => images.length === longest).map(({ signer }) => signer);
}

async function signerOf(policy: SignaturePolicy, folder: string): Promise<ExpectedSigner> {
  if ("publicKey" in policy)
    return { key: readPublicKey(await read(policy.publicKey, folder, policy), policy.publicKey) };
  const { issuer, identity, identityIsPattern, trustedRoot } = policy;
  const root =
    trustedRoot === undefined
      ? publicRoot()
      : readTrustedRoot(await read(trustedRoot, folder, policy), trustedRoot);
  return { issuer, identity, isPattern: identityIsPattern, root };
}

async function read(path: string, folder: string, { position }: SignaturePolicy): Promise<string> {
  return readFile(resolve(folder, path), "utf8").catch((cause: unknown) => {
    throw new RolesError(
      "FILE_NOT_FOUND",
      `${position.file}:${position.line}:${position.column}: cannot read ${path}`,
      { hint: "The path is relative to the roles file.", cause },
    );
  });
}
