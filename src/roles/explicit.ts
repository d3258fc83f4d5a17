import { defined } from "./inherit.ts";
import type { Count, RolesFile, SignaturePolicy } from "./model.ts";
import type { RolesInput } from "./schema.ts";

const countInput = ({ min, max }: Count) => (min === max ? min : { min, ...(max === null ? {} : { max }) });

/** The same roles written out: `like` worked in, every default filled in. Loading it gives the same roles again. */
export function explicitRoles({
  cluster,
  images,
  roles,
  nodes,
  signatures,
  silenced,
}: RolesFile): RolesInput {
  const { diskSize } = images;
  return {
    cluster,
    images: {
      ...images,
      outputs: images.outputs as NonNullable<NonNullable<RolesInput["images"]>["outputs"]>,
      ...defined({ diskSize: diskSize === undefined ? undefined : `${diskSize / 2 ** 20}MiB` }),
    } as RolesInput["images"],
    roles: Object.fromEntries(
      roles.map(({ name, position: _position, count, ...role }) => [
        name,
        { ...role, count: countInput(count) },
      ]),
    ) as RolesInput["roles"],
    nodes: nodes.map(({ position: _position, ...node }) => node),
    signatures: signatures.map(signatureInput),
    silenced: silenced.map(({ rule, reason }) => ({ rule, reason })),
  };
}

function signatureInput(policy: SignaturePolicy): NonNullable<RolesInput["signatures"]>[number] {
  if ("publicKey" in policy) return { images: policy.images, publicKey: policy.publicKey };
  const { images, issuer, identity, identityIsPattern, trustedRoot } = policy;
  return {
    images,
    issuer,
    identity: identityIsPattern ? `/${identity}/` : identity,
    ...defined({ trustedRoot }),
  };
}
