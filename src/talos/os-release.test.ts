import { expect, it } from "vitest";
import { osRelease } from "./os-release.ts";

it("writes what the official UKI of that version says", () => {
  expect(osRelease("v1.13.6")).toBe(`NAME="Talos"
ID=talos
VERSION_ID=v1.13.6
PRETTY_NAME="Talos (v1.13.6)"
HOME_URL="https://www.talos.dev/"
BUG_REPORT_URL="https://github.com/siderolabs/talos/issues"
VENDOR_NAME="Sidero Labs"
VENDOR_URL="https://www.siderolabs.com/"
`);
});

it("makes an ID of a name with spaces", () => {
  expect(osRelease("1.14.0", "My Talos")).toContain("\nID=my_talos\n");
});
