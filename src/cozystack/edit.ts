import { refusePatched } from "./already-patched.ts";
import { editDockerfile } from "./edit-dockerfile.ts";
import { editMakefile } from "./edit-makefile.ts";
import { editScript } from "./edit-script.ts";
import { type Recognised, recogniseLayout } from "./layout.ts";
import { refuseCarriageReturns } from "./lines.ts";
import type { Machinery, Source } from "./source.ts";

export interface Edited extends Recognised {
  text: Machinery<string>;
  /** What FIRMWARES and EXTENSIONS are when they are not set. */
  defaults: { firmwares: string[]; extensions: string[] };
}

/** The machinery with its parameters. Pure. Errors: ALREADY_PATCHED; LAYOUT_UNKNOWN with the line that was not understood. */
export function editSource(source: Source): Edited {
  const { script, makefile, dockerfile } = source;
  for (const file of [script, makefile, dockerfile]) refuseCarriageReturns(file);
  refusePatched(source);
  const recognised = recogniseLayout(source);
  const { text, defaults } = editScript(script);
  return {
    ...recognised,
    defaults,
    text: { script: text, makefile: editMakefile(makefile), dockerfile: editDockerfile(dockerfile) },
  };
}
