/** A kernel command line as Talos handles it: keys in order, each with its values in order. */
export type Cmdline = readonly CmdlineParameter[];

export interface CmdlineParameter {
  readonly key: string;
  /** The empty string stands for a key without a value. */
  readonly values: readonly string[];
}

/** Keys that an extra argument replaces as a whole instead of adding to. */
const replaced = ["console", "talos.platform"];

/** Splits on white space (there is no quoting) and groups repeated keys at the place of the first. Source: siderolabs/go-procfs. */
export function parseCmdline(text: string): Cmdline {
  const fields = text.split(/\s+/u).filter((field) => field !== "");
  return fields.reduce<Cmdline>((cmdline, field) => {
    const equals = field.indexOf("=");
    const [key, value] = equals < 0 ? [field, ""] : [field.slice(0, equals), field.slice(equals + 1)];
    return append(cmdline, { key, values: [value] });
  }, []);
}

/** `key=value`, or `key` alone where the value is empty, separated by one space; no newline. */
export const printCmdline = (cmdline: Cmdline): string =>
  cmdline
    .flatMap(({ key, values }) => values.map((value) => (value === "" ? key : `${key}=${value}`)))
    .join(" ");

/** Adds the values to those that the key has, or the key at the end. */
export function append(cmdline: Cmdline, added: CmdlineParameter): Cmdline {
  if (!cmdline.some(({ key }) => key === added.key)) return [...cmdline, added];
  return cmdline.map((old) =>
    old.key === added.key ? { key: old.key, values: [...old.values, ...added.values] } : old,
  );
}

/** Puts the parameter in the place of the one with its key, or at the end. */
export const set = (cmdline: Cmdline, parameter: CmdlineParameter): Cmdline =>
  cmdline.some(({ key }) => key === parameter.key)
    ? cmdline.map((old) => (old.key === parameter.key ? parameter : old))
    : [...cmdline, parameter];

/**
 * A role's own arguments merged into `cmdline` by Talos' rules: `-key` takes the key away, `-key=value` that value; `console` and
 * `talos.platform` replace what is there; all others are added to it. A lone `-` is an argument like any other.
 */
export function mergeExtra(cmdline: Cmdline, extra: readonly string[]): Cmdline {
  return parseCmdline(extra.join(" ")).reduce(mergeOne, cmdline);
}

function mergeOne(cmdline: Cmdline, parameter: CmdlineParameter): Cmdline {
  if (parameter.key.length > 1 && parameter.key.startsWith("-")) return remove(cmdline, parameter);
  return replaced.includes(parameter.key) ? set(cmdline, parameter) : append(cmdline, parameter);
}

function remove(cmdline: Cmdline, { key: negated, values }: CmdlineParameter): Cmdline {
  const key = negated.slice(1);
  if (values[0] === "") return cmdline.filter((old) => old.key !== key);
  return cmdline.map((old) =>
    old.key === key ? { key, values: old.values.filter((value) => !values.includes(value)) } : old,
  );
}
