import { byteReaders } from "./byte-readers.ts";
import { childReaders } from "./child-readers.ts";
import type { FuzzReader } from "./reader.ts";
import { supplyReaders } from "./supply-readers.ts";
import { textReaders } from "./text-readers.ts";

/** Every reader of what comes from outside. */
export const allReaders = async (): Promise<FuzzReader[]> => [
  ...(await byteReaders()),
  ...(await textReaders()),
  ...(await supplyReaders()),
  ...(await childReaders()),
];
