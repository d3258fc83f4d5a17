import { parse } from "yaml";
import type { FormationInput } from "../../src/formation/model.ts";
import { type Given, inputOf } from "./judge-case.ts";

/** A case that fails for one reason, with its smallest correction. */
export interface CorpusCase {
  about: string;
  given?: Given;
  roles?: string;
  /** What `bad` and `good` begin with. */
  before?: string;
  /** A config, or configs by file name. */
  bad: string | Record<string, string>;
  good: string | Record<string, string>;
  /** `roles`: bad and good are roles files. `given`: they are what is known of the image, and the config is `before`. `patch`: patches for it. */
  as?: "config" | "roles" | "given" | "patch";
  /** The offered fix, laid over the config as a patch, ends the finding. */
  fixApplies?: boolean;
  /** Something that must not be printed. */
  secret?: string;
}

/** What is judged of one side of a case. */
export function sideInput(
  one: CorpusCase,
  side: CorpusCase["bad"],
  patches: string[] = [],
): Promise<FormationInput> {
  const { given = {}, before = "", as = "config", roles } = one;
  if (as === "roles") return inputOf({ given, files: {}, roles: `${before}${side as string}`, patches });
  if (as === "given")
    return inputOf({
      given: { ...given, ...(parse(side as string) as Given) },
      files: { "n1.yaml": before },
      ...(roles === undefined ? {} : { roles }),
      patches,
    });
  if (as === "patch")
    return inputOf({ given, files: { "n1.yaml": before }, patches: [side as string, ...patches] });
  const files = typeof side === "string" ? { "n1.yaml": side } : side;
  const whole = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, `${before}${text}`]));
  return inputOf({ given, files: whole, ...(roles === undefined ? {} : { roles }), patches });
}
