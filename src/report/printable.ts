/** What commands a terminal or forges lines: C0 but line feed and tab, DEL, C1, and the marks that turn the direction of writing. */
const control = "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]";
/** The colours that reports use; among the others are some that hide text. */
const colour = String.raw`\u001b\[(?:0|1|2|22|3[0-9]|9[0-7])m`;
const colourOrControl = new RegExp(`${colour}|${control}`, "g");

/** A whole report for a terminal: of what it holds only lines, tabs and colours have an effect. */
export const terminalText = (text: string): string =>
  text.replaceAll(colourOrControl, (found) => (found.length > 1 ? found : printable(found)));

/** Text from outside with control characters written out (`\x1b`), so that it cannot command the terminal or forge lines. */
export const printable = (text: string): string =>
  text.replaceAll(
    // C0, DEL, C1, and the marks that turn the direction of writing.
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
    },
  );

const movement = new RegExp(`(?!${colour})\\u001b\\[[0-?]*[ -/]*[@-~]`, "g");

/** What a machine wrote on its console: firmware clears the screen and moves about on it, which is of no use in a log. */
export const consoleText = (text: string): string =>
  terminalText(text.replaceAll("\r\n", "\n").replaceAll(movement, ""));

/** Data as JSON without a character that commands a terminal; read again it is the same. */
export const jsonText = (data: unknown, indent?: number): string =>
  JSON.stringify(data, null, indent).replaceAll(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
