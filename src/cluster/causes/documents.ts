import { isMeantFor } from "../../formation/needs.ts";
import { smallestDocument } from "../../machine/smallest-document.ts";
import { valueOr } from "../observation.ts";
import type { Case, Cause, Row } from "./cause.ts";
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
  if (inDocker(one)) return [];
  const waits = neverConfigured(one).filter(({ name }) => meantDocuments(one, name).length === 0);
  return waits.map((waiting): Cause => ({
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

/** Those of them that were meant for a service. */
function meantDocuments(one: Case, name: string): string[] {
  const known = one.expected.contract.services.find((service) => service.name === name);
  const service = known ?? { name, extension: name };
  return strayDocuments(one).filter((written) => isMeantFor(written, service));
}

/** B2: a document is there that was meant for the service, under a name no service has. */
const misnamedDocument: Row = (one) => {
  if (inDocker(one)) return [];
  return neverConfigured(one).flatMap((waiting) => {
    const stray = meantDocuments(one, waiting.name);
    return stray.length > 0 ? [misnamed(one, waiting, stray)] : [];
  });
};

const misnamed = (one: Case, waiting: Waiting, stray: readonly string[]): Cause => ({
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
});

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

export const documentRows: Row[] = [
  missingDocument,
  misnamedDocument,
  docker,
  lateDocument,
  revertedDocument,
];
