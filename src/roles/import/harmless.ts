import { parseCidr } from "../../talos/cidr.ts";

// Whether a text is a secret cannot be told from the text. So only what is plainly none is copied, and the rest is named.

/** Names whose values are secrets, wherever they are written. */
const secretName = /KEY|TOKEN|SECRET|PASS|PWD?(?:_|$)|PIN(?:_|$)|CREDENTIAL/i;
const usualWord = /^(?:true|false|yes|no|on|off|auto|none|default|trace|debug|info|warn(?:ing)?|error)?$/i;
const hostName = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/i;
const absolutePath = /^\/[A-Za-z0-9/._-]*$/;

/** An address or a network, alone or with a port. */
const isAddress = (text: string): boolean =>
  parseCidr(text.replace(/^\[(.*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1")) !== undefined;

/** Switches, numbers of ports, addresses: texts that are too poor for a secret. */
const isPoor = (value: string): boolean =>
  usualWord.test(value) ||
  /^\d{1,5}$/.test(value) ||
  /^localhost:\d{1,5}$/.test(value) ||
  value.split(",").every((one) => isAddress(one.trim()));

/** `https://host/path` with no user, query or fragment, which is where passwords stand in URLs. */
const isPlainUrl = (text: string): boolean =>
  /^https?:\/\//.test(text) && !/[@?#\s]/.test(text) && URL.canParse(text);

/** Arguments of `tailscale up` that hold no secret. */
const plainArgument =
  /^--(?:accept-dns|accept-routes|advertise-exit-node|advertise-routes|advertise-tags|hostname|netfilter-mode|reset|shields-up|snat-subnet-routes|ssh|stateful-filtering)(?:=[A-Za-z0-9:.,/_-]*)?$/;
const isPlainArgument = (word: string): boolean =>
  plainArgument.test(word) ||
  (word.startsWith("--login-server=") && isPlainUrl(word.slice("--login-server=".length)));

/** Variables of Tailscale's container whose values are no secrets where they look like what belongs there. */
const knownVariables: Readonly<Record<string, (value: string) => boolean>> = {
  TS_ROUTES: (value) => !/[^0-9a-fA-F.:/,\s]/.test(value),
  TS_HOSTNAME: (value) => hostName.test(value),
  TS_STATE_DIR: (value) => absolutePath.test(value),
  TS_SOCKET: (value) => absolutePath.test(value),
  TS_EXTRA_ARGS: (value) => value.split(/\s+/).filter(Boolean).every(isPlainArgument),
};

/** Whether a variable's value may stand in roles.yaml. */
export const isHarmlessVariable = (name: string, value: string): boolean =>
  !secretName.test(name) && (isPoor(value) || (knownVariables[name]?.(value) ?? false));

/** A kernel argument or META value is in the clear in every image; what looks like a secret is not carried on. */
export const looksSecret = (text: string): boolean =>
  /pass(?:word|wd|phrase)?\b|secret|token|credential|(?:private|auth|api|pre-?shared)[ _-]?key|:\/\/[^/\s]*@/i.test(
    text,
  );

/** An endpoint without its user and password. Undefined where it is no plain URL even then. */
export function withoutUser(text: string): { url: string; hadUser: boolean } | undefined {
  const url = text.replace(/^(https?:\/\/)[^/?#\s]*@/, "$1");
  return isPlainUrl(url) ? { url, hadUser: url !== text } : undefined;
}
