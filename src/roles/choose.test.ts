import { describe, expect, it } from "vitest";
import type { RolesEvent } from "../events.ts";
import { rolesOf } from "../../tests/helpers/roles-texts.ts";
import { chosenOutputs } from "./choose.ts";

const roles = (talos: string, images = "") =>
  rolesOf(`cluster: {talos: ${talos}, arch: arm64}\n${images}\nroles:\n  node: {}\n`);

describe("an output that the Talos version cannot have", () => {
  it("is an error where it is named or written down", () => {
    const error = expect.objectContaining({ code: "UNSUPPORTED" }) as Error;
    expect(() => chosenOutputs(roles("v1.9.6"), ["uki", "installer"])).toThrow(error);
    expect(() => chosenOutputs(roles("v1.9.6", "images: {outputs: [uki]}"), undefined)).toThrow(error);
  });

  it("is left out with a note where nobody asked for it", () => {
    const events: RolesEvent[] = [];
    const emit = (event: RolesEvent): void => void events.push(event);
    expect(chosenOutputs(roles("v1.9.6"), undefined, emit)).not.toContain("uki");
    expect(chosenOutputs(roles("v1.9.6", "images: {outputs: [installer]}"), undefined, emit)).toEqual([
      "kernel",
      "initramfs",
      "cmdline",
      "installer",
    ]);
    expect(events.map((event) => event.type === "note" && event.text)).toEqual(
      Array(2).fill("Talos v1.9.6 has no UKI: `uki` is left out"),
    );
  });

  it("is built where the version has it", () => {
    expect(chosenOutputs(roles("v1.10.0"), undefined)).toContain("uki");
  });
});
