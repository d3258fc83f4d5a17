import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readConfig } from "./document.ts";
import { documentsFrom } from "./from-data.ts";
import { plain } from "./tree.ts";

const at = { file: "x", line: 1, column: 1 };
const leaf = fc.oneof(fc.stringMatching(/^[a-z0-9 .:/-]*$/), fc.integer(), fc.boolean());
const settings = fc.dictionary(fc.stringMatching(/^[a-z][a-zA-Z]*$/), fc.oneof(leaf, fc.array(leaf)));

describe("documentsFrom", () => {
  it("is what reading the same as text gives", () => {
    fc.assert(
      fc.property(settings, fc.stringMatching(/^[a-z]+$/), (machine, name) => {
        const data = [
          { machine },
          { apiVersion: "v1alpha1", kind: "ExtensionServiceConfig", name, ...machine },
        ];
        const made = documentsFrom(data, at);
        const text = data.map((one) => stringify(one)).join("---\n");
        const read = readConfig(text, "x").documents;
        const shape = (documents: typeof made) =>
          documents.map(({ kind, name: own, root }) => ({ kind, name: own, root: plain(root) }));
        expect(shape(made)).toEqual(shape(read));
      }),
    );
  });
});
