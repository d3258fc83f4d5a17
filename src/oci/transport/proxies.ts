import { RolesError } from "../../errors.ts";

/**
 * HTTP_PROXY, HTTPS_PROXY and NO_PROXY as Go's tools read them, and so the user's other tools: the lower case name first, `http://` where
 * the scheme is missing. Errors: USAGE, without the proxy's password.
 */
export function proxiesOf(env: NodeJS.ProcessEnv): {
  httpProxy: string;
  httpsProxy: string;
  noProxy: string;
} {
  return {
    httpProxy: proxyOf(env, "HTTP_PROXY"),
    httpsProxy: proxyOf(env, "HTTPS_PROXY"),
    noProxy: read(env, "NO_PROXY"),
  };
}

const read = (env: NodeJS.ProcessEnv, name: string): string => env[name.toLowerCase()] ?? env[name] ?? "";

function proxyOf(env: NodeJS.ProcessEnv, name: string): string {
  const value = read(env, name);
  if (value === "") return "";
  const url = value.includes("://") ? value : `http://${value}`;
  if (URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol)) return url;
  throw new RolesError("USAGE", `${name} is not the URL of an HTTP proxy`, {
    hint: `Set it like \`${name}=http://proxy.example:3128\`, or unset it.`,
  });
}
