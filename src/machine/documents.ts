/** A config document of a kind. */
export const document = (kind: string, content: object): object => ({
  apiVersion: "v1alpha1",
  kind,
  ...content,
});

/** A registry's mirrors, in order (Talos 1.12 and later). */
export const registryDocument = ([host, endpoints]: readonly [string, readonly string[]]): object =>
  document("RegistryMirrorConfig", { name: host, endpoints: endpoints.map((url) => ({ url })) });

/** Takes a whole document out: the one of the same kind and name. */
export function deletion(one: object): object {
  const { apiVersion, kind, name } = one as Record<string, unknown>;
  return { apiVersion, kind, ...(name === undefined ? {} : { name }), $patch: "delete" };
}
