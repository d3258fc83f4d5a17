/** Every error code, with the exit status it maps to: 1 findings or failure, 2 wrong usage or input, 3 a tool or service is missing or unreachable. */
export const exitStatusByCode = {
  ALREADY_PATCHED: 2,
  ARCHIVE_CUT_SHORT: 1,
  ARCHIVE_INVALID: 1,
  ARCHIVE_PATH_ESCAPES: 1,
  ARCHIVE_TOO_LARGE: 1,
  BLOB_TRUNCATED: 1,
  BUILD_INTERRUPTED: 1,
  BUILD_MISSING: 2,
  CACHE_DAMAGED: 1,
  CHECKOUT_DIRTY: 2,
  CONFIG_INVALID: 2,
  CONTRACT_UNANSWERED: 1,
  COUNT_VIOLATED: 1,
  DIGEST_MISMATCH: 1,
  DISK_TOO_SMALL: 2,
  ESP_TOO_SMALL: 2,
  EXTENSION_INCOMPATIBLE: 1,
  EXTENSION_INVALID: 1,
  EXTENSION_UNKNOWN: 2,
  FILE_NOT_FOUND: 2,
  FORMAT_INVALID: 1,
  GUEST_LOST: 1,
  GUEST_SILENT: 1,
  KERNEL_RELEASE_MISMATCH: 1,
  KUBECONFIG_INVALID: 2,
  KUBERNETES_DENIED: 3,
  KUBERNETES_FAILED: 1,
  KUBERNETES_UNREACHABLE: 3,
  LAYOUT_UNKNOWN: 2,
  LAB_ABSENT: 3,
  LAB_FAILED: 1,
  LAB_RUNNING: 2,
  LOCK_INVALID: 2,
  LOCK_MISSING: 1,
  LOCK_STALE: 1,
  NODE_DENIED: 3,
  NODE_FAILED: 1,
  NODE_UNREACHABLE: 3,
  NOT_A_CHECKOUT: 2,
  NOT_REPRODUCIBLE: 1,
  NOT_WRITABLE: 1,
  NO_SPACE: 1,
  PACKAGES_UNAVAILABLE: 3,
  PATCH_UNPROVEN: 1,
  PIPELINE_STALE: 1,
  PLATFORM_MISSING: 1,
  READ_BACK_MISMATCH: 1,
  REFERENCE_INVALID: 2,
  REGISTRY_DENIED: 1,
  REGISTRY_NOT_FOUND: 1,
  REGISTRY_PROTOCOL: 1,
  REGISTRY_UNREACHABLE: 3,
  ROLES_INVALID: 2,
  SECRET_MISSING: 1,
  SEGMENT_ENTRY_SPLIT: 1,
  SEGMENT_UNALIGNED: 1,
  SEGMENT_UNKNOWN: 1,
  SEGMENT_WINDOW_TOO_LARGE: 1,
  SIGNATURE_INVALID: 1,
  SIGNATURE_KEY_INVALID: 2,
  SIGNATURE_MISSING: 1,
  SIGNATURE_UNSUPPORTED: 1,
  SIGNATURE_UNTRUSTED: 1,
  STAND_IN_REFUSED: 1,
  TAG_TAKEN: 1,
  TAILNET_DENIED: 3,
  TAILNET_FAILED: 1,
  TAILNET_UNREACHABLE: 3,
  TALOSCONFIG_INVALID: 2,
  SCHEMATIC_INVALID: 2,
  SCHEMATIC_UNCERTAIN: 1,
  TOOL_FAILED: 1,
  TOOL_MISSING: 3,
  UNSUPPORTED: 2,
  USAGE: 2,
} as const;

export type ErrorCode = keyof typeof exitStatusByCode;

interface RolesErrorOptions {
  /** What to do about it, in one sentence; commands in backticks. */
  hint?: string;
  /** Single findings behind the message, for `--json`: plain data. */
  details?: readonly object[];
  cause?: unknown;
}

/** The one error class. `message` says what and where (file:line:col, image, node); `hint` says how to mend it. */
export class RolesError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly object[];

  constructor(code: ErrorCode, message: string, { hint, details = [], cause }: RolesErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RolesError";
    this.code = code;
    this.hint = hint;
    this.details = details;
  }

  get exitStatus(): number {
    return exitStatusByCode[this.code];
  }
}

/** True when `error` is a RolesError, with one of `codes` if any are given. */
export function isRolesError(error: unknown, ...codes: ErrorCode[]): error is RolesError {
  return error instanceof RolesError && (codes.length === 0 || codes.includes(error.code));
}
