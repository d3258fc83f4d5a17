import { pointless } from "../../formation/rules/module-not-loaded.ts";
import { moduleText } from "../../machine/modules.ts";
import { smallestDocument } from "../../machine/smallest-document.ts";
import { formationQuirks } from "../../talos/quirks.ts";
import { valueOr } from "../observation.ts";
import type { Case, Cause, Row } from "./cause.ts";
import { badParameters } from "./module-parameters.ts";
import {
  bootWaits,
  extensionServices,
  serviceEvidence,
  type Waiting,
  waitingServices,
  wasUp,
} from "./waiting.ts";

const needsDocument = (waiting: Waiting): boolean => waiting.fragments.includes("extension service config");

/** Services that wait for their document and never ran in this boot. */
const neverConfigured = (one: Case): Waiting[] =>
  waitingServices(one).filter((waiting) => needsDocument(waiting) && !wasUp(waiting.service));

/** What the role says, or the least that ends the wait. */
const documentFor = ({ expected }: Case, service: string): string =>
  expected.documents?.[service] ?? smallestDocument(service);

/** B1: no document of the service's name. Not B2 where a document of a near name is there, nor B13 in Docker. */
const missingDocument: Row = (one) => {
  if (inDocker(one) || strayDocuments(one).length > 0) return [];
  return neverConfigured(one).map((waiting): Cause => ({
    row: "B1",
    service: waiting.id,
    title: `no ExtensionServiceConfig named ${waiting.name}`,
    chain: [
      `the machine config has no ExtensionServiceConfig document named ${waiting.name}`,
      `${waiting.id} waits for its configuration`,
      ...bootWaits(waiting.id),
    ],
    evidence: [serviceEvidence(waiting)],
    blocksBoot: true,
    blocksKubernetes: false,
    patch: documentFor(one, waiting.name),
  }));
};

/** Active documents that no service of the image is called by. */
function strayDocuments({ observation }: Case): string[] {
  const services = new Set(valueOr(observation.services, []).map(({ id }) => id.replace(/^ext-/, "")));
  return valueOr(observation.serviceConfigs, [])
    .map(({ name }) => name)
    .filter((name) => !services.has(name));
}

/** B2: a document is there under a name no service has. */
const misnamedDocument: Row = (one) => {
  const stray = strayDocuments(one);
  if (stray.length === 0 || inDocker(one)) return [];
  return neverConfigured(one).map((waiting): Cause => ({
    row: "B2",
    service: waiting.id,
    title: `the ExtensionServiceConfig is named ${stray.join(", ")} and not ${waiting.name}`,
    chain: [
      `the document is named ${stray.join(", ")}; the service is called ${waiting.name}`,
      `${waiting.id} waits for a document of exactly its name`,
      ...bootWaits(waiting.id),
    ],
    evidence: [
      serviceEvidence(waiting),
      ...stray.map((name) => ({ source: "ExtensionServiceConfigStatus", text: name })),
    ],
    blocksBoot: true,
    blocksKubernetes: false,
    patch: documentFor(one, waiting.name),
  }));
};

const inDocker = ({ observation }: Case): boolean =>
  valueOr(observation.version, { mode: "" }).mode === "container";

/** B13: in Docker no document ever reaches a service. */
const docker: Row = (one) =>
  inDocker(one)
    ? neverConfigured(one).map((waiting): Cause => ({
        row: "B13",
        service: waiting.id,
        title: "Talos in Docker never configures extension services",
        chain: [
          "this node runs in container mode",
          `${waiting.id} waits for its configuration, which never comes there`,
          ...bootWaits(waiting.id),
        ],
        evidence: [serviceEvidence(waiting), { source: "Version", text: "platform mode container" }],
        blocksBoot: true,
        blocksKubernetes: false,
        advice: "Run this role on a machine or a VM: `talos-roles lab up` starts VMs.",
      }))
    : [];

/** B5: a document that came when the service already ran: Talos does not start it again for a first document. */
const lateDocument: Row = ({ observation }) => {
  const configs = new Map(
    valueOr(observation.serviceConfigs, []).map(({ name, created }) => [name, created]),
  );
  return extensionServices(observation).flatMap((service): Cause[] => {
    const name = service.id.slice("ext-".length);
    const created = configs.get(name) ?? 0;
    const started = service.events.findLast(({ state }) => state === "Running")?.at ?? 0;
    if (service.state !== "Running" || created === 0 || started === 0 || created <= started) return [];
    return [
      {
        row: "B5",
        service: service.id,
        title: `${service.id} runs without its ExtensionServiceConfig`,
        chain: [
          `the document ${name} became active after ${service.id} had started`,
          "Talos starts no service again for its first document",
          `${service.id} runs with what it had before`,
        ],
        evidence: [
          {
            source: "ExtensionServiceConfigStatus",
            text: `${name} created ${new Date(created).toISOString()}`,
          },
          { source: `service ${service.id}`, text: `running since ${new Date(started).toISOString()}` },
        ],
        blocksBoot: false,
        blocksKubernetes: false,
        advice: `Start it again: \`talosctl service ${service.id} restart\`.`,
      },
    ];
  });
};

/** B14: a document that was there and is gone: a config applied in try mode that ran out, or was taken away. */
const revertedDocument: Row = (one) =>
  waitingServices(one)
    .filter((waiting) => needsDocument(waiting) && wasUp(waiting.service))
    .map((waiting): Cause => ({
      row: "B14",
      service: waiting.id,
      title: `the ExtensionServiceConfig ${waiting.name} was there and is gone`,
      chain: [
        "a config that was applied in try mode ran out after its minute, or somebody took the document away",
        `Talos stopped ${waiting.id}, which waits for its configuration again`,
        "this boot had completed; the next one will not",
      ],
      evidence: [
        ...waiting.service.events
          .filter(({ state }) => state === "Stopping")
          .slice(-1)
          .map(({ message }) => ({ source: `service ${waiting.id}`, text: message })),
        serviceEvidence(waiting),
      ],
      blocksBoot: false,
      blocksKubernetes: false,
      patch: documentFor(one, waiting.name),
    }));

/** B9: a module that loads, but without a parameter it needs to be of use. */
const wrongParameter: Row = (one) =>
  badParameters(one).map(({ name, parameters, missing }): Cause => ({
    row: "B9",
    title: `module ${name} lacks ${missing.join(", ")}`,
    chain: [
      `the machine config loads ${name} without ${missing.join(", ")}`,
      `${name} is live, and what stands on it does not work`,
      "a parameter of a loaded module changes with a reboot only",
    ],
    evidence: [{ source: "KernelModuleSpec", text: `${name}: parameters ${parameters.join(" ") || "none"}` }],
    blocksBoot: false,
    blocksKubernetes: false,
    patch: moduleText([name], {
      asDocuments: formationQuirks(one.expected.talosVersion)?.settingsAreDocuments ?? false,
    }),
  }));

/** B7 without anybody waiting: the extension is for nothing without its module, and no service says so. */
const idleExtension: Row = ({ observation, expected }) => {
  const { extensions, wantedModules, modules } = observation;
  if (!extensions.known || !wantedModules.known || !modules.known) return [];
  const loaded = new Set(
    [...wantedModules.value, ...modules.value].map(({ name }) => name.replaceAll("-", "_")),
  );
  const own = new Set(expected.extensions.map(({ name }) => name));
  return extensions.value.flatMap(({ name }): Cause[] => {
    const row = pointless[name];
    if (!row || !own.has(name) || loaded.has(row.module)) return [];
    return [
      {
        row: "B7",
        title: `kernel module ${row.module} is not in the machine config`,
        chain: [
          `machine.kernel.modules does not list ${row.module}, and Talos loads no module by itself`,
          `no service waits for it, so the node boots and looks well`,
          row.use,
        ],
        evidence: [{ source: "KernelModuleSpec", text: `no ${row.module}` }],
        blocksBoot: false,
        blocksKubernetes: false,
        patch: moduleText([row.module], {
          asDocuments: formationQuirks(expected.talosVersion)?.settingsAreDocuments ?? false,
        }),
      },
    ];
  });
};

const outsideVar = /create operation not allowed outside of \/var: "?([^"]*)"?/;

/** B11: machine.files wants a file where Talos lets none be made; the boot fails before it starts the services. */
const forbiddenFile: Row = ({ observation }) => {
  const line = observation.log.findLast(({ text }) => outsideVar.test(text.replaceAll('\\"', '"')));
  if (!line || valueOr(observation.machine, { stage: "running" }).stage !== "booting") return [];
  const [, path = ""] = outsideVar.exec(line.text.replaceAll('\\"', '"')) ?? [];
  return [
    {
      row: "B11",
      title: `machine.files may not create ${path}`,
      chain: [
        `machine.files creates ${path}, which lies outside /var`,
        "Talos stops this boot before it starts the kubelet, and pauses for 35 minutes",
        "after that the boot fails and the node reboots; `talosctl bootstrap` is not available until then",
      ],
      evidence: [line],
      blocksBoot: true,
      blocksKubernetes: true,
      advice: `Take ${path} out of machine.files, or write it below /var.`,
    },
  ];
};

export const configurationRows: Row[] = [
  missingDocument,
  misnamedDocument,
  docker,
  lateDocument,
  revertedDocument,
  wrongParameter,
  idleExtension,
  forbiddenFile,
];
