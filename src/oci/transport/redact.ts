/** A URL fit for printing: no user, no password, and no query, where storage services put signatures. */
export function redactUrl(url: URL | string): string {
  if (typeof url === "string" && !URL.canParse(url)) return "(an unreadable URL)";
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search === "" ? "" : "?…"}`;
}
