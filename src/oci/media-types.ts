/** Media types of the OCI image specification 1.1, and Docker's names for the same things. */
export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  layerGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  empty: "application/vnd.oci.empty.v1+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
} as const;

const INDEXES: readonly string[] = [mediaTypes.index, mediaTypes.dockerIndex];
const MANIFESTS: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest];

export const isIndexType = (mediaType: string): boolean => INDEXES.includes(mediaType);
export const isManifestType = (mediaType: string): boolean => MANIFESTS.includes(mediaType);

/** For the Accept header when a manifest is asked for. */
export const acceptedManifests = [...MANIFESTS, ...INDEXES].join(", ");

/** True for file system layers of OCI and Docker, whatever their compression. */
export const isLayerType = (mediaType: string): boolean =>
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.diff\.tar|docker\.image\.rootfs\.foreign\.diff\.tar)(?:[.+](?:gzip|zstd))?$/.test(
    mediaType,
  );
