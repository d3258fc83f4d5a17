import { expect, it } from "vitest";
import { foundingRoles, keyOf, lockFor } from "./fixtures/pipeline.ts";
import { keyedMatrix, matrixOf } from "./matrix.ts";

it("has ADR-004's entries, with architecture and key", () => {
  const roles = foundingRoles();
  expect(keyedMatrix(roles, lockFor(roles))).toEqual([
    {
      name: "compute",
      extensions: "drbd zfs spin",
      suffix: "-compute",
      role: "WebAssembly workload nodes",
      arch: "arm64",
      key: keyOf("compute", "arm64"),
    },
    {
      name: "gateway",
      extensions: "drbd zfs spin tailscale",
      suffix: "-gateway",
      role: "Subnet router + compute node",
      arch: "arm64",
      key: keyOf("gateway", "arm64"),
    },
  ]);
});

it("has one entry per role and architecture, and the suffix tells them apart", () => {
  expect(matrixOf(foundingRoles("[arm64, amd64]")).map(({ suffix }) => suffix)).toEqual([
    "-compute-arm64",
    "-compute-amd64",
    "-gateway-arm64",
    "-gateway-amd64",
  ]);
});

it("is refused where the lock lacks a role", () => {
  const lock = lockFor(foundingRoles());
  expect(() => keyedMatrix(foundingRoles("[arm64, amd64]"), lock)).toThrow(
    expect.objectContaining({ code: "LOCK_STALE" }) as Error,
  );
});
