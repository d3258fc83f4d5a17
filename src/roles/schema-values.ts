import { z } from "zod";
import { architectures } from "../talos/arch.ts";
import { line, required, strict, text, words } from "./schema-parts.ts";

const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
export const ipv4 = `(?:${octet}\\.){3}${octet}`;
export const ipv6 = "[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}";
export const cidrPattern = `(?:${ipv4}/(?:3[0-2]|[12]?[0-9])|${ipv6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))`;
export const cidr = text("a CIDR like 10.244.0.0/16", new RegExp(`^${cidrPattern}$`));
export const version = text("a version like v1.13.6", /^v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/);
export const name = text("a name of a-z, 0-9 and - (at most 40)", /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/);
export const nodeName = text(
  "a host name of a-z, 0-9, - and .",
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/,
);
export const path = line("a path");
export const extension = text(
  "an extension's name (`drbd`) or image reference (`ghcr.io/me/ext:v1`)",
  /^[a-z0-9][A-Za-z0-9._:@/-]*$/,
);
export const kernelArg = text(
  "one kernel argument without white space, like `console=ttyS0`",
  /^[^\s"]+(?:"[^"]*"[^\s"]*)*$/,
);
export const url = text("an http or https URL", /^https?:\/\/[^\s]+$/);
/** `/…/` is a regular expression. */
export const identity = line("the signer's identity, or /pattern/").refine(
  (text) => !/^\/.*\/$/.test(text) || isExpression(text.slice(1, -1)),
  "a regular expression is expected between the slashes",
);
export const arch = words(architectures);

export const secret = z.union(
  [
    strict({
      env: required(
        text("the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/),
        "The environment variable that holds it.",
      ),
    }),
    strict({ file: required(path, "The file that holds it, relative to this one.") }),
  ],
  {
    error:
      "a secret is never written in clear: write `{env: NAME}` or `{file: PATH}`, and it is read only when configs are written",
  },
);
export const textOrSecret = z.union([z.string(), secret], {
  error: "text, `{env: NAME}` or `{file: PATH}` is expected here",
});
export const textMap = (what: string) =>
  z.record(
    z.string(),
    z.string(`${what}: text is expected here; put it in quotes`),
    `a map of ${what} is expected here`,
  );

function isExpression(text: string): boolean {
  try {
    return Boolean(new RegExp(text, "u"));
  } catch {
    return false;
  }
}
