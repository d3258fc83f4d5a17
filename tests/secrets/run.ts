/** One run of the program. */
export interface Run {
  /** Its words; one that begins with `@` stands for what the file of that name holds. */
  words: readonly string[];
  /** Where it writes files that may hold secrets: `config --with-secrets` is there for that. */
  writesSecrets?: string;
  /** How it has to end, where a run that ends otherwise would have shown nothing. */
  status?: number;
  /** It runs on until all is over, once it has written this to standard error, and keeps its own secrets in this folder. */
  stays?: { said: string; keeps: string };
  /** CozyStack's machinery is within reach, with stand-ins for the programs at its edge. */
  cozystack?: true;
  env?: Record<string, string>;
}

export const forms = [[], ["--json"]] as const;

export const each = (words: readonly string[], endings: readonly (readonly string[])[]): Run[] =>
  endings.map((ending) => ({ words: [...words, ...ending] }));

/** Nobody listens there. */
export const dead = "http://127.0.0.1:9";
