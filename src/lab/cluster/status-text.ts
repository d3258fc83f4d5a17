import { table } from "../../report/table.ts";
import type { LabStatus, MachineStatus } from "./status.ts";

/** A lab as text: its machines, its service, its tailnet, and what in it only stands in. */
export function labStatusText(status: LabStatus, width?: number): string {
  const { machines, service, bootLimit, standIn, events } = status;
  const rows = table(
    machines,
    [
      { title: "MACHINE", value: ({ name }) => name },
      { title: "ROLE", value: ({ role, image }) => (role === image ? role : `${role} (image: ${image})`) },
      { title: "ADDRESS", value: ({ address }) => address },
      { title: "STAGE", value: ({ stage }) => stage },
      { title: "KUBERNETES", value: ({ kubernetesReady }) => (kubernetesReady ? "Ready" : "NotReady") },
      { title: "POD", value: ({ pod }) => [pod?.phase, pod?.message].filter(Boolean).join(": ") },
      { title: "WAITS", value: waits },
    ],
    { width },
  );
  const lines = [
    rows.trimEnd(),
    "",
    ...(service === null
      ? []
      : [`service     http://${service.address}/ → ${service.endpoints.join(", ") || "no pod runs"}`]),
    `boot limit  ${limitText(bootLimit)}`,
    ...(status.withoutWorkload === null ? [] : [`pods        none: ${status.withoutWorkload}`]),
    ...tailnetLines(status),
    ...(status.forced === null ? [] : [`forced      ${status.forced}`]),
    ...(standIn === null
      ? ["images      real Talos; this path is not proven where it was developed (docs/lab.md)"]
      : [
          `stand-ins   ${briefly(standIn)}`,
          "            Kubernetes is a stand-in too: an API on this computer that heartbeats feed",
        ]),
    ...events.slice(-5).map(({ at, machine, text }) => `event       ${clock(at)} ${machine}: ${text}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** What every stand-in says of itself is said once. */
function briefly(standIn: string): string {
  const each = standIn.split("; ").map((text) => said.exec(text)?.[1]);
  return each.includes(undefined) ? standIn : `${each.join(", ")}: for trying things out only`;
}

const said = /^(.+) is a stand-in, not the real one: for trying things out only$/;

const waits = ({ services }: MachineStatus): string =>
  services
    .filter(({ state }) => state !== "Running" && state !== "Finished")
    .map(({ id, state, message }) => `${id}: ${message || state}`)
    .join("; ") || "-";

const limitText = ({ seconds, shortened }: LabStatus["bootLimit"]): string =>
  shortened ? `${seconds} s, shortened for this lab; Talos has 70 minutes` : "70 minutes, as Talos has it";

function tailnetLines({ tailnet, withoutTailnet }: LabStatus): string[] {
  if (withoutTailnet !== null) return [`tailnet     none: ${withoutTailnet}`];
  return (tailnet?.nodes ?? []).map(
    ({ name, addresses, online, advertised, approved }) =>
      `tailnet     ${name} ${addresses[0] ?? ""} ${online ? "online" : "offline"}${advertised.length > 0 ? `, offers ${advertised.join(" ")}, approved: ${approved.join(" ") || "none"}` : ""}`,
  );
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 19);
