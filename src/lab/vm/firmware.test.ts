import { expect, it } from "vitest";
import { examineFirmware, installedFirmware } from "./firmware.ts";

it("tells where the firmware of both architectures is", async () => {
  const found = await examineFirmware();
  expect(found.map(({ path }) => path)).toEqual([installedFirmware.arm64.code, installedFirmware.amd64.code]);
});

it("is missing as soon as one of its files is, with the line that installs it", async () => {
  const { arm64, amd64 } = installedFirmware;
  const found = await examineFirmware({ arm64: { ...arm64, variables: "/nowhere/vars.fd" }, amd64 });
  expect(found[0]).toMatchObject({ path: null, install: "apt-get install qemu-efi-aarch64" });
  expect(found[1]).toMatchObject({ path: amd64.code });
});
