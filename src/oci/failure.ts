import { type ErrorCode, RolesError } from "../errors.ts";
import { collect } from "../formats/bytes.ts";
import { redactUrl } from "./transport/redact.ts";
import type { OciResponse } from "./transport/send.ts";

/** Error codes of the distribution specification. Only these are repeated: a hostile registry may echo a credential in its message. */
const CODES = [
  "BLOB_UNKNOWN",
  "BLOB_UPLOAD_INVALID",
  "BLOB_UPLOAD_UNKNOWN",
  "DENIED",
  "DIGEST_INVALID",
  "MANIFEST_BLOB_UNKNOWN",
  "MANIFEST_INVALID",
  "MANIFEST_UNKNOWN",
  "NAME_INVALID",
  "NAME_UNKNOWN",
  "SIZE_INVALID",
  "TOOMANYREQUESTS",
  "UNAUTHORIZED",
  "UNSUPPORTED",
];

/** Turns an answer that is not what was asked for into the coded error, and reads it to its end. `what` is the image. */
export async function failureOf(response: OciResponse, what: string): Promise<RolesError> {
  const said = await codesIn(response);
  const { host } = response.url;
  const detail = `${host} answered ${response.status}${said === "" ? "" : ` (${said})`}`;
  const [code, message, hint] = explain(response.status, host);
  return new RolesError(code, `${what}: ${message}: ${detail}`, { hint });
}

/** The network failed before there was an answer, or while it came. */
export function unreachable(url: URL, cause: unknown): RolesError {
  const { code, message } = cause as { code?: string; message?: string };
  const reason = code ?? message ?? "no answer";
  const isTls = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(reason);
  return new RolesError("REGISTRY_UNREACHABLE", `cannot reach ${redactUrl(url)}: ${reason}`, {
    hint: isTls
      ? "Its certificate is not trusted here: set NODE_EXTRA_CA_CERTS, or name the host with --insecure."
      : "Check the network, HTTPS_PROXY and NO_PROXY, or use --mirror HOST=URL.",
    cause,
  });
}

function explain(status: number, host: string): [ErrorCode, string, string] {
  if (status === 401 || status === 403)
    return [
      "REGISTRY_DENIED",
      "access denied",
      `Log in with \`docker login ${host}\` (for ghcr.io GITHUB_TOKEN works too), and check that the name is right.`,
    ];
  if (status === 404)
    return ["REGISTRY_NOT_FOUND", "not found", "Check the repository and the tag or digest."];
  if (status === 429 || status >= 500)
    return [
      "REGISTRY_UNREACHABLE",
      "the registry is not able to answer",
      "Try again later, or use --mirror HOST=URL.",
    ];
  return [
    "REGISTRY_PROTOCOL",
    "the registry gave an answer that fits no request",
    "Check that the host is a registry.",
  ];
}

async function codesIn(response: OciResponse): Promise<string> {
  try {
    const text = Buffer.from(await collect(response.body, 1 << 16)).toString("utf8");
    return CODES.filter((code) => text.includes(`"${code}"`)).join(", ");
  } catch {
    await response.discard();
    return "";
  }
}
