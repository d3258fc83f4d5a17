/** What an inspection can find. Those of severity "error" mean that the image will not do what it says. */
export const noticeIds = [
  "arch-unknown",
  "arch-differs",
  "boot-files-missing",
  "kernel-release-differs",
  "kernel-release-unknown",
  "layer-invalid",
  "layer-missing",
  "layer-unlisted",
  "module-unlisted",
  "modules-dep-missing",
  "modules-dep-shadowed",
  "parent-missing",
  "rootfs-missing",
  "stand-in",
  "version-differs",
] as const;
export type NoticeId = (typeof noticeIds)[number];

export interface Notice {
  id: NoticeId;
  severity: "error" | "warning" | "info";
  text: string;
}

export const notice = (severity: Notice["severity"], id: NoticeId, text: string): Notice => ({
  id,
  severity,
  text,
});
