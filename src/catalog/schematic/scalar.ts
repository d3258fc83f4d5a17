import { RolesError } from "../../errors.ts";

/** For what versions of Image Factory write differently, or what is not known here. */
export const uncertain = (reason: string): RolesError =>
  new RolesError("SCHEMATIC_UNCERTAIN", `the id cannot be known without Image Factory: ${reason}`, {
    hint: "Send the schematic to Image Factory (POST /schematics) and take the id it answers.",
  });

/** Letters and signs that every version writes as they are; anything else is escaped in ways that differ. */
const printable = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u1fff\u2010-\u2027\u2030-\ud7ff\n]*$/;
/** Bool words of YAML 1.1 and base-60 numbers: quoted with " up to Factory 1.4 and with ' from 1.5 on. */
const yaml11 =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|=|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;
const integer = /^[-+]?(?:0|[1-9][0-9]{0,17})$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]{1,15}(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?$/;
const hexadecimal = /^0x[0-9a-fA-F]{1,15}$/;
const date = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const word =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
/** Looks like the beginning of a number or a date, so that a resolver may take it for one. */
const numeric = /^[-+._]*[0-9][0-9a-fA-FoxXbB_.:eE+TtZz -]*$/;

/**
 * One text as Image Factory's YAML emitter writes it in block context; the lines of a text of several are not indented. Errors: SCHEMATIC_UNCERTAIN
 * outside the subset that yaml.v3 3.0.4 and go-yaml v4 rc.2, rc.3, rc.4 and rc.6 write alike (each compiled and compared).
 */
export function scalar(text: string): string {
  if (!printable.test(text)) throw uncertain(`${JSON.stringify(text)} has characters that are escaped`);
  if (text.includes("\n")) return block(text);
  if (yaml11.test(text))
    throw uncertain(`"${text}" is written differently by different versions of Image Factory`);
  if (text === "" || word.test(text) || isNumber(text)) return `"${text}"`;
  if (numeric.test(text) && !isAddress(text)) throw uncertain(`"${text}" may be read as a number or a date`);
  return isPlain(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

const isNumber = (text: string): boolean =>
  [integer, float, hexadecimal, date].some((pattern) => pattern.test(text));

/** Two dots and more are no number in any version. */
const isAddress = (text: string): boolean => /^[0-9]+(?:\.[0-9]+){2,}(?:[/:][0-9]+)?$/.test(text);

const isPlain = (text: string): boolean =>
  !/^[#,[\]{}&*!|>'"%@`]|^[-?:](?: |$)|^---|^\.\.\.|^ | $|: |:$| #/.test(text);

/** Several lines: a literal block. What a block cannot hold is written in quotes, folded or not by version: left to the factory. */
function block(text: string): string {
  if (/^[\n ]| \n| $/.test(text))
    throw uncertain("a text of several lines begins or ends a line with white space");
  const chomp = !text.endsWith("\n") ? "-" : text.endsWith("\n\n") ? "+" : "";
  return `|${chomp}\n${text.replace(/\n$/, "")}`;
}
