import type { ToolName } from "../../formats/tools.ts";
import type { ByteSource } from "../../formats/bytes.ts";
import type { Output } from "../../roles/outputs.ts";
import type { Materials } from "../materials.ts";
import type { AssetKind, AssetPlan, TargetInputs } from "../plan-model.ts";
import type { Expected } from "../expected.ts";

/** An asset before it has its key. */
export interface AssetDraft extends Omit<AssetPlan, "kind" | "buildKey"> {
  /** Everything but tool versions that decides its bytes. */
  inputs: object;
}

/** A named piece of a finished file, for telling what is wrong with it. */
export interface Part {
  name: string;
  data: ByteSource;
}

/** How an asset is made, and what must be found in it afterwards. */
export type Recipe = {
  expected: Expected;
  /** What the user should know of it. */
  warnings?: readonly string[];
} & (
  | {
      /** A file of these bytes. */
      content: ByteSource;
      /** `content` in named pieces, one after another; asked for only when something is wrong. */
      parts?: () => Promise<readonly Part[]>;
    }
  | {
      /** A folder of these files. */
      files: readonly { path: string; name?: string; data: ByteSource }[];
      /** What names all of it: the digest of the manifest, hex. */
      identity: string;
    }
  | {
      /** A file that a tool writes; it is renamed when it is whole. */
      write: (temporary: string) => Promise<void>;
    }
);

export interface AssetTask {
  target: TargetInputs;
  asset: AssetPlan;
  materials: Materials;
  /** A folder for files that are gone when the asset is made. */
  scratch: string;
  signal: AbortSignal | undefined;
}

/** All about one kind of asset: when it is wanted, from what it is made, and how. */
export interface AssetMaker {
  kind: AssetKind;
  /** Programs that make its bytes, beyond those of segments. */
  tools: readonly ToolName[];
  /** Grows when the same inputs make other bytes. */
  generation: number;
  /** What is wanted of this kind. Pure. Errors: UNSUPPORTED. */
  plan(target: TargetInputs, wanted: ReadonlySet<Output>): AssetDraft[];
  /** What can be known of it as soon as its segments are made, before anything is written. Errors: ESP_TOO_SMALL. */
  check?(task: Pick<AssetTask, "target" | "asset" | "materials">): Promise<void>;
  recipe(task: AssetTask): Promise<Recipe>;
}
