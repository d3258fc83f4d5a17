import { table } from "../../report/table.ts";
import type { BootReport } from "./boot-role.ts";

const words: Record<BootReport["asset"], string> = { uki: "UKI", iso: "ISO", metal: "disk image" };

/** A booted machine as text: layers, services, modules, and what only stands in. */
export function bootReport(report: BootReport, width?: number): string {
  const {
    role,
    asset,
    kernelRelease,
    seconds,
    consoleSeconds,
    layers,
    services,
    modules,
    failedModules,
    standIns,
  } = report;
  const rows = table(
    services,
    [
      { title: "SERVICE", value: ({ id }) => id },
      { title: "STATE", value: ({ state }) => state },
      { title: "WAITING FOR", value: ({ waitingFor }) => waitingFor ?? "-" },
    ],
    { width },
  );
  return [
    `${role} booted from its ${words[asset]} in ${seconds} s, kernel ${kernelRelease}`,
    ...(consoleSeconds === null ? [] : [`console   the kernel's first line after ${consoleSeconds} s`]),
    `layers    ${layers.join(" ")}`,
    `modules   ${modules.join(" ") || "none"}`,
    ...failedModules.map(({ name, reason }) => `not live  ${name}: ${reason}`),
    "",
    services.length === 0 ? "no extension services\n" : rows,
    ...(standIns.length > 0 ? ["stand-ins in this image:", ...standIns.map((text) => `  ${text}`), ""] : []),
  ].join("\n");
}
