import type { Middleware, Send } from "./send.ts";

/**
 * For registries that the user called insecure: TLS without a checked certificate where the host speaks TLS, else plain HTTP.
 * Which of the two is found out once per host, before anything is sent to it.
 */
export function insecureScheme(insecure: readonly string[], probe: Send): Middleware {
  const schemes = new Map<string, Promise<string>>();
  return (next) => async (request) => {
    const { host, protocol } = request.url;
    if (protocol !== "https:" || !insecure.includes(host)) return next(request);
    const scheme = schemes.get(host) ?? schemeOf(host, probe);
    schemes.set(host, scheme);
    const url = new URL(request.url);
    url.protocol = await scheme;
    return next({ ...request, url });
  };
}

async function schemeOf(host: string, probe: Send): Promise<string> {
  try {
    await (await probe({ method: "GET", url: new URL(`https://${host}/v2/`) })).discard();
    return "https:";
  } catch {
    return "http:";
  }
}
