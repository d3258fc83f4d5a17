import { expect, it } from "vitest";
import { judgeCase } from "./judge-case.ts";

const before = "version: v1alpha1\nmachine: {type: worker, network: {hostname: n1}}\n";
const deletion = "apiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: nut-client\n$patch: delete\n";
const document = "---\napiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: nut-client\n";

it.each([
  ["up to 1.13 without the document", "v1.13.6", before, true],
  ["up to 1.13 with it", "v1.13.6", `${before}${document}`, false],
  [
    "up to 1.13 where a document is not seen",
    "v1.13.6",
    `${before}---\napiVersion: ENC[AES256_GCM,data:eA==,type:str]\nkind: ENC[AES256_GCM,data:eQ==,type:str]\n`,
    false,
  ],
  ["from 1.14 on", "v1.14.0", before, false],
  ["where the version is not known", undefined, before, false],
])("a patch that deletes a document, %s", async (_, talos, config, refused) => {
  const { diagnostics } = await judgeCase({
    given: { extensions: [], ...(talos === undefined ? {} : { talos }) },
    files: { "n1.yaml": config },
    patches: [deletion],
  });
  expect(diagnostics.some(({ rule }) => rule === "patch-invalid")).toBe(refused);
});
