import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doneSteps, smallBuild, type SmallBuild } from "../../tests/helpers/small-build.ts";
import { adr, rolesOf } from "../../tests/helpers/roles-texts.ts";
import { makeLock } from "../catalog/make-lock.ts";
import { silent } from "../events.ts";

let small: SmallBuild;
beforeAll(async () => {
  small = await smallBuild();
}, 60_000);
afterAll(() => small.close());

describe("what roles share", () => {
  it("is made once: the second role compresses only the extension that it adds", async () => {
    const first = await small.build({ only: ["compute"], outputs: ["uki"] });
    expect(doneSteps(first.events, "segment-")).toEqual([
      "segment-drbd-arm64",
      "segment-spin-arm64",
      "segment-zfs-arm64",
    ]);
    expect(doneSteps(first.events, "modules.dep-")).toEqual(["modules.dep-arm64"]);
    const second = await small.build({ only: ["gateway"], outputs: ["uki"] });
    expect(doneSteps(second.events, "segment-")).toEqual(["segment-tailscale-arm64"]);
    expect(doneSteps(second.events, "modules.dep-")).toEqual([]);
    expect(doneSteps(second.events, "boot-files-")).toEqual([]);
  });

  it("is made once in one run, too", async () => {
    const { events } = await small.build({ cacheDir: `${small.cacheDir}-2`, out: `${small.out}-2` });
    const started = events.flatMap((event) => (event.type === "step-finished" ? [event.id] : []));
    for (const prefix of ["segment-", "modules.dep-", "boot-files-"]) {
      const ids = started.filter((id) => id.startsWith(prefix));
      expect(ids).toEqual([...new Set(ids)]);
    }
  });

  it("is a modules.dep of another key where a role brings other modules", async () => {
    const roles = rolesOf(
      adr.replace("add: [tailscale]", "add: [tailscale], remove: [zfs]"),
      small.roles.file,
    );
    const lock = await makeLock(roles, { client: small.upstream.client, emit: silent });
    const { events } = await small.build({ roles, lock, outputs: ["uki"] });
    expect(doneSteps(events, "segment-")).toEqual([]);
    expect(doneSteps(events, "modules.dep-")).toEqual(["modules.dep-arm64"]);
  });
});
