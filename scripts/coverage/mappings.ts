const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Where a place of the generated text comes from; lines and columns counted from 0. */
export interface Mapping {
  line: number;
  column: number;
  originalLine: number;
}

/** Reads the `mappings` of a source map with one source. Format: ECMA-426, "Mappings structure". */
export function readMappings(text: string): Mapping[] {
  const found: Mapping[] = [];
  let originalLine = 0;
  for (const [line, group] of text.split(";").entries()) {
    let column = 0;
    for (const segment of group.split(",").filter(Boolean)) {
      const [columns = 0, , lines] = readNumbers(segment);
      column += columns;
      if (lines === undefined) continue;
      originalLine += lines;
      found.push({ line, column, originalLine });
    }
  }
  return found;
}

/** Base64 VLQ: five bits a digit, the lowest first; the lowest of all is the sign. */
function readNumbers(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const letter of segment) {
    const digit = digits.indexOf(letter);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
