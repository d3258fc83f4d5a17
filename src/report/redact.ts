/**
 * A line of a config as it may be shown: what stands behind a key that names a secret, Tailscale's own keys, and long runs of base64 are
 * replaced. Shown lines are for orientation, so hiding too much does no harm.
 */
export const redact = (line: string): string =>
  line
    // A variable of a service, whatever its name: `- TS_ROUTES=…`.
    .replace(/^(\s*-\s*["']?[A-Za-z_][A-Za-z0-9_]*=)\S.*$/, "$1…")
    .replaceAll(
      /((?:key|token|secret|password|passphrase|crt|cert|identity|credentials?)[\w-]*["']?\s*[:=]\s*)(?!\s*[{[|>&*!]|\s|$)("[^"]*"?|'[^']*'?|[^,}\]#]+)/gi,
      "$1…",
    )
    .replaceAll(/\b(?:tskey|hskey)-[\w-]+/g, "…")
    .replaceAll(/[A-Za-z0-9+/=_-]{40,}/g, "…");
