import { valueOr } from "../observation.ts";
import type { Case, Cause, Row } from "./cause.ts";
import { moduleErrors } from "./module-errors.ts";
import { bootWaits, extensionServices, lastMessage, virtualLayers } from "./waiting.ts";

/** A4: a program of the extension is of another architecture. */
const wrongArchitecture: Row = ({ observation }) =>
  extensionServices(observation)
    .filter((service) => /exec format error/i.test(lastMessage(service)))
    .map((service): Cause => ({
      row: "A4",
      service: service.id,
      title: `${service.id} has a program of another architecture`,
      chain: [
        `the extension of ${service.id} was built for another architecture`,
        `${service.id} cannot start`,
        ...bootWaits(service.id),
      ],
      evidence: [{ source: `service ${service.id}`, text: lastMessage(service) }],
      blocksBoot: true,
      blocksKubernetes: false,
      advice: "Lock again with the right `arch`, build, and upgrade this node.",
    }));

const explain = {
  A5: {
    title: (name: string) => `module ${name} was built for another kernel`,
    why: "the extension was built for another Talos release",
    advice: "Lock again, so that every extension is of this Talos release, then build and upgrade.",
  },
  A6: {
    title: (name: string) => `module ${name} is not signed by this kernel's builder`,
    why: "the extension's module carries no signature this kernel trusts",
    advice: "Lock again, so that every extension is of this Talos release, then build and upgrade.",
  },
  C14: {
    title: (name: string) => `this machine's security policy refuses module ${name}`,
    why: "Secure Boot's lockdown or SELinux in enforcing mode denies it",
    advice:
      "Use the official, signed extension of this Talos release, or change the policy of this machine; the kernel's log names the rule.",
  },
} as const;

const denial = /lockdown: .*module|avc:\s+denied\s+\{[^}]*module/i;

/** A5, A6 and C14: a module of the image that the kernel refuses. */
const refusedModule: Row = (one) => {
  const live = new Set(valueOr(one.observation.modules, []).map(({ name }) => name));
  return moduleErrors(one.observation.log)
    .filter(({ name }) => !live.has(name))
    .flatMap(({ name, why, line }): Cause[] => {
      const denied = one.observation.log.findLast(
        ({ source, text }) => source === "dmesg" && denial.test(text),
      );
      const row = rowOf(why, denied !== undefined);
      if (row === undefined) return [];
      return [
        {
          row,
          title: explain[row].title(name),
          chain: [explain[row].why, `the kernel refuses ${name}`, ...waitingOnDevice(one, name)],
          evidence: [line, ...(row === "C14" && denied ? [denied] : [])],
          blocksBoot: deviceWaiters(one, name).length > 0,
          blocksKubernetes: false,
          advice: explain[row].advice,
        },
      ];
    });
};

function rowOf(why: string, denied: boolean): keyof typeof explain | undefined {
  if (/key was rejected|required key not available|ekeyrejected/i.test(why)) return "A6";
  if (/operation not permitted|permission denied/i.test(why)) return denied ? "C14" : "A6";
  return /invalid module format|disagrees about version|exec format|unknown symbol/i.test(why)
    ? "A5"
    : undefined;
}

/** Services that wait for the device which the module would have made. */
const deviceWaiters = ({ observation }: Case, module: string): string[] =>
  extensionServices(observation)
    .filter(
      (service) => service.state === "Waiting" && lastMessage(service).includes(`file "/dev/${module}"`),
    )
    .map(({ id }) => id);

const waitingOnDevice = (one: Case, module: string): string[] =>
  deviceWaiters(one, module).flatMap((id) => [`${id} waits for /dev/${module}`, ...bootWaits(id)]);

/** A8: a service of the role does not exist on the node, although its extension is installed. */
const skippedService: Row = ({ observation, expected }) => {
  if (!observation.services.known || !observation.extensions.known) return [];
  const present = new Set(
    observation.extensions.value.map(({ name }) => name).filter((name) => !virtualLayers.has(name)),
  );
  const ids = new Set(observation.services.value.map(({ id }) => id));
  return expected.contract.services
    .filter(({ name, extension }) => present.has(extension) && !ids.has(`ext-${name}`))
    .map(({ name, extension }): Cause => ({
      row: "A8",
      service: `ext-${name}`,
      title: `Talos skipped the service ${name} of ${extension}`,
      chain: [`the service file of ${extension} was not accepted`, `ext-${name} does not exist on this node`],
      evidence: [
        { source: "services", text: `no ext-${name}` },
        ...observation.log.filter(({ text }) => /service spec/.test(text) && text.includes(name)).slice(-1),
      ],
      blocksBoot: false,
      blocksKubernetes: false,
      advice: `Report it to the author of ${extension}; the controller-runtime log says what is wrong with the file.`,
    }));
};

/** A9: the container root of the service is not in the image. */
const missingRoot: Row = ({ observation }) =>
  extensionServices(observation)
    .filter(
      (service) => service.state === "Failed" && lastMessage(service).startsWith("Failed to run pre stage"),
    )
    .map((service): Cause => ({
      row: "A9",
      service: service.id,
      title: `${service.id} has no container root in the image`,
      chain: [
        `the image has no /usr/local/lib/containers/${service.id.replace("ext-", "")}`,
        `${service.id} failed before it started`,
        ...bootWaits(service.id),
      ],
      evidence: [{ source: `service ${service.id}`, text: lastMessage(service) }],
      blocksBoot: true,
      blocksKubernetes: false,
      advice: "The extension is broken; take another version of it, lock, build and upgrade.",
    }));

/** A10: a part of the container runtime's configuration that is no TOML; nothing that needs the runtime starts. */
const badRuntimePart: Row = ({ observation }) => {
  const line = observation.log.findLast(({ text }) => text.includes("CRIConfigPartsController"));
  const cri = valueOr(observation.services, []).find(({ id }) => id === "cri");
  if (!line || cri === undefined || cri.state === "Running") return [];
  return [
    {
      row: "A10",
      service: "cri",
      title: "a CRI part of the image is no valid TOML",
      chain: [
        "Talos cannot merge the files of /etc/cri/conf.d",
        "the container runtime (cri) gets no configuration and does not start",
        "the kubelet waits for cri: the Kubernetes node never becomes ready",
        ...bootWaits("cri"),
      ],
      evidence: [line, { source: "service cri", text: lastMessage(cri) }],
      blocksBoot: true,
      blocksKubernetes: true,
      advice:
        "The extension whose part it is has to be mended; the log names the file. Take another version, lock, build and upgrade.",
    },
  ];
};

export const imageContentRows: Row[] = [
  wrongArchitecture,
  refusedModule,
  skippedService,
  missingRoot,
  badRuntimePart,
];
