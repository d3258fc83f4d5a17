import { moduleText } from "../../machine/modules.ts";
import { moduleName } from "../../talos/config/modules.ts";
import { formationQuirks } from "../../talos/quirks.ts";
import { valueOr } from "../observation.ts";
import type { Case, Cause, Row } from "./cause.ts";
import { moduleErrors } from "./module-errors.ts";
import { bootWaits, serviceEvidence, type Waiting, waitingServices } from "./waiting.ts";

const filePattern = /^file "(.+)" to exist$/;
const servicePattern = /^service "(.+)" to be "up"$/;
const unregisteredPattern = /^service "(.+)" to be registered$/;

const matches = (waiting: Waiting, pattern: RegExp): string[] =>
  waiting.fragments.flatMap((fragment) => pattern.exec(fragment)?.[1] ?? []);

/** The kernel module that makes a device node, where it is called like it: /dev/zfs comes with zfs. */
function moduleBehind(path: string, one: Case): string | undefined {
  const name = moduleName(/^\/dev\/([\w-]+)$/.exec(path)?.[1] ?? "");
  return one.expected.contract.modules.map((module) => moduleName(module.name)).find((one) => one === name);
}

/** B7, else C1: a path that never appears. A device whose module the config does not list is B7; one whose module the kernel refuses has a cause of its own. */
const missingPath: Row = (one) =>
  waitingServices(one).flatMap((waiting) =>
    matches(waiting, filePattern).flatMap((path): Cause[] => {
      const module = moduleBehind(path, one);
      if (module === undefined) return [absentPath(waiting, path)];
      const { wantedModules, log } = one.observation;
      if (wantedModules.known && !wantedModules.value.some(({ name }) => moduleName(name) === module))
        return [unlistedModule(one, { waiting, path, module })];
      return moduleErrors(log).some(({ name }) => name === module) ? [] : [absentPath(waiting, path)];
    }),
  );

const unlistedModule = (
  { expected }: Case,
  { waiting, path, module }: { waiting: Waiting; path: string; module: string },
): Cause => ({
  row: "B7",
  service: waiting.id,
  title: `kernel module ${module} is not in the machine config`,
  chain: [
    `machine.kernel.modules does not list ${module}, and Talos loads no module by itself`,
    `${path} does not exist`,
    `${waiting.id} waits for it`,
    ...bootWaits(waiting.id),
  ],
  evidence: [serviceEvidence(waiting), { source: "KernelModuleSpec", text: `no ${module}` }],
  blocksBoot: true,
  blocksKubernetes: false,
  patch: moduleText([module], {
    asDocuments: formationQuirks(expected.talosVersion)?.settingsAreDocuments ?? false,
  }),
});

const absentPath = (waiting: Waiting, path: string): Cause => ({
  row: "C1",
  service: waiting.id,
  title: `${path} does not appear`,
  chain: [`nothing on this machine makes ${path}`, `${waiting.id} waits for it`, ...bootWaits(waiting.id)],
  evidence: [serviceEvidence(waiting)],
  blocksBoot: true,
  blocksKubernetes: false,
  advice: `Give the machine what makes ${path}, or use a role without this extension.`,
});

/** C2, C3, C4: another service that is not there, not up, or finished where finished no longer counts. */
const otherService: Row = (one) =>
  waitingServices(one).flatMap((waiting) => [
    ...matches(waiting, unregisteredPattern).map((id) =>
      waitsForService(waiting, { id, row: id === "cri" ? "C8" : "C2", why: "does not exist on this node" }),
    ),
    ...matches(waiting, servicePattern).map((id) => notUp(one, { waiting, id })),
  ]);

function notUp({ observation }: Case, { waiting, id }: { waiting: Waiting; id: string }): Cause {
  const state = valueOr(observation.services, []).find((service) => service.id === id)?.state ?? "unknown";
  if (state === "Finished")
    return waitsForService(waiting, {
      id,
      row: "C4",
      why: "has finished, which does not count as up from Talos 1.14 on",
    });
  const row = { cri: "C8", containerd: "C9", udevd: "C10" }[id] ?? "C3";
  return waitsForService(waiting, { id, row, why: `is ${state}` });
}

function waitsForService(
  waiting: Waiting,
  { id, row, why }: { id: string; row: string; why: string },
): Cause {
  return {
    row,
    ...(row === "C8" ? { orElse: ["A10", "C13"] } : {}),
    service: waiting.id,
    waitsFor: id,
    title: `${waiting.id} waits for ${id}, which ${why}`,
    chain: [`service ${id} ${why}`, `${waiting.id} waits for it`, ...bootWaits(waiting.id)],
    evidence: [serviceEvidence(waiting)],
    blocksBoot: true,
    blocksKubernetes: id === "cri" || id === "containerd",
    advice: `Look at service ${id} first: \`talosctl service ${id}\`.`,
  };
}

/** B6, C11 and C12: the container runtime could not start the service; its message tells which. */
const cannotStart: Row = ({ observation }) =>
  valueOr(observation.services, []).flatMap(({ id, state, events }): Cause[] => {
    const message = events.at(-1)?.message ?? "";
    const everRan = events.some((event) => event.state === "Running");
    const row = rowOfStartFailure(state, message);
    if (!id.startsWith("ext-") || row === undefined || everRan) return [];
    return [
      {
        row,
        service: id,
        title: `${id} cannot be started`,
        chain: [explainStart[row] ?? "", `${id} never runs`, ...bootWaits(id)],
        evidence: [{ source: `service ${id}`, text: message }],
        blocksBoot: true,
        blocksKubernetes: false,
        advice:
          row === "B6"
            ? "Correct `mountPath` in its ExtensionServiceConfig."
            : "The message names what is in the way.",
      },
    ];
  });

const explainStart: Record<string, string> = {
  B6: "a config file is mounted where the service's root has no place for it",
  C11: "a mount source is a file where a directory is needed",
  C12: "the container could not be created",
};

function rowOfStartFailure(state: string, message: string): string | undefined {
  if (state === "Failed" && message.startsWith("Failed to create runner")) return "C11";
  if (state === "Failed" && message.includes("error opening runner")) return "C12";
  if (state !== "Waiting" || !message.includes("failed to create task") || /exec format/i.test(message))
    return undefined;
  return /system\/overlays\/extensions|mountpoint|mkdirat/.test(message) ? "B6" : "C12";
}

export const dependencyRows: Row[] = [missingPath, otherService, cannotStart];
