/** Architectures that Talos has images for, by the names OCI and Talos use. */
export const architectures = ["amd64", "arm64"] as const;
export type Arch = (typeof architectures)[number];
