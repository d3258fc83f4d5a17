/** What a registry asks for in WWW-Authenticate (RFC 9110 §11.6.1, distribution token specification). */
export type Challenge =
  | { scheme: "basic" }
  | { scheme: "bearer"; realm: string; service?: string; scope?: string };

/** Reads the challenges this client can answer; Bearer comes first where both are offered. */
export function parseChallenges(header: string): Challenge[] {
  const found: Challenge[] = [];
  const pattern =
    /(?:^|,)\s*(basic|bearer)(?:\s+((?:[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",]*)\s*,?\s*)*))?/gi;
  for (const [, scheme = "", parameters = ""] of header.matchAll(pattern)) {
    const values = parseParameters(parameters);
    const { realm, service, scope } = values;
    if (scheme.toLowerCase() === "basic") found.push({ scheme: "basic" });
    else if (realm !== undefined)
      found.push({
        scheme: "bearer",
        realm,
        ...(service === undefined ? {} : { service }),
        ...(scope === undefined ? {} : { scope }),
      });
  }
  return found.sort((a, b) => Number(a.scheme === "basic") - Number(b.scheme === "basic"));
}

function parseParameters(text: string): Record<string, string> {
  const pairs = text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))/g);
  return Object.fromEntries(
    [...pairs].map(([, name = "", quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "",
    ]),
  );
}
