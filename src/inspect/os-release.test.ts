import { expect, test } from "vitest";
import { osRelease } from "../talos/os-release.ts";
import { parseOsRelease } from "./os-release.ts";

test("reads back what Talos' writer writes", () => {
  expect(parseOsRelease(osRelease("v1.13.6"))).toMatchObject({
    NAME: "Talos",
    ID: "talos",
    VERSION_ID: "v1.13.6",
    PRETTY_NAME: "Talos (v1.13.6)",
  });
});

test("quotes, comments and lines that are none", () => {
  expect(parseOsRelease('# c\nA=\'x y\'\nB="a\\"b\\$"\nlower=1\nC=\n=x\nD=a=b\r\n')).toEqual({
    A: "x y",
    B: 'a"b$',
    C: "",
    D: "a=b",
  });
});
