import { afterAll, beforeAll, expect, it } from "vitest";
import { one } from "../../../tests/helpers/roles-texts.ts";
import { smallBuild, type SmallBuild } from "../../../tests/helpers/small-build.ts";
import { file } from "../../../tests/helpers/small-upstream.ts";

let small: SmallBuild;
beforeAll(async () => {
  const files = () => [file("usr/local/share/spdx/tool.spdx.json", "{no JSON"), file("usr/local/bin/tool")];
  small = await smallBuild({ text: one("tool"), extensions: { tool: { version: "1", files } } });
}, 60_000);
afterAll(() => small.close());

it("a document of an extension that cannot be read is told, and the role's own is made without it", async () => {
  const { events, assets } = await small.build({ outputs: ["cmdline"] });
  expect(assets.map(({ kind }) => kind)).toContain("spdx");
  expect(events).toContainEqual({
    type: "note",
    level: "warning",
    text: expect.stringContaining("usr/local/share/spdx/tool.spdx.json of extension tool") as string,
  });
});
