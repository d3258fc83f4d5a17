/** What can be wrong inside an image so that it builds and does not do what it says. */
export const extensionFaultSorts = [
  "binary-arch",
  "module-signature",
  "module-list",
  "incompatible",
  "service-spec",
  "service-rootfs",
  "cri-part",
  "image-size",
  "boot-files",
  "image-doubt",
] as const;

export interface ExtensionFault {
  sort: (typeof extensionFaultSorts)[number];
  /** Extension at fault, if one is. */
  extension?: string;
  /** Service that will not run because of it. */
  service?: string;
  /** What was found, as the end of a sentence. */
  detail: string;
}
