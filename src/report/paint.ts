import { styleText } from "node:util";

type Colour = "red" | "yellow" | "green" | "cyan" | "bold" | "dim";

/**
 * Text in one colour where `stream` is a terminal and NO_COLOR is not set. One format a call: Node 20 honours neither with a list of them,
 * so nest calls instead.
 */
export const paint = (colour: Colour, text: string, stream: NodeJS.WriteStream = process.stderr): string =>
  styleText(colour, text, { stream });
