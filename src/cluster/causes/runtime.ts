import { moduleOwner } from "../../catalog/module-owner.ts";
import { nodeTime } from "../boot-time.ts";
import { valueOr } from "../observation.ts";
import type { Cause, Expected, Row } from "./cause.ts";
import { isCrashing, lastCrash } from "./crashes.ts";
import { moduleErrors } from "./module-errors.ts";
import { bootWaits } from "./waiting.ts";

/** D1, D4, B4, B12, D9, D10: a service that comes up and dies, again and again. The last line of its log tells which. */
const crashLoop: Row = (one) =>
  valueOr(one.observation.services, [])
    .filter((service) => service.id.startsWith("ext-") && isCrashing(service, nodeTime(one.observation)))
    .map((service): Cause => {
      const message = lastCrash(service);
      const { row, orElse, title, advice } = kindOf(service.id, message, {
        ipv6:
          (one.expected.router?.routes.some((route) => route.includes(":")) ?? false) &&
          one.observation.ipv6Forwarding.known &&
          !one.observation.ipv6Forwarding.value,
      });
      return {
        row,
        ...(orElse ? { orElse } : {}),
        service: service.id,
        title,
        chain: [
          title,
          `${service.id} starts, dies and starts again every few seconds`,
          "boot completes all the same: it only waits for the first start",
        ],
        evidence: [{ source: `service ${service.id}`, text: message }],
        blocksBoot: false,
        blocksKubernetes: false,
        ...(row === "B12"
          ? { patch: 'machine:\n  sysctls:\n    net.ipv6.conf.all.forwarding: "1"\n' }
          : { advice }),
      };
    });

interface Kind {
  row: string;
  orElse?: string[];
  title: string;
  advice: string;
}

/** Before Talos 1.12 a message has no last line of the service's log, and then only the exit code is there. */
const silent = (message: string): boolean => !message.includes("last log");

function kindOf(id: string, message: string, { ipv6 }: { ipv6: boolean }): Kind {
  if (/exit code 137|oom/i.test(message))
    return {
      row: "D10",
      title: `${id} was killed for want of memory`,
      advice: "Give the node more memory, or the service less to do.",
    };
  if (id === "ext-tailscale") return tailscaleKind(message, ipv6);
  if (id.startsWith("ext-zfs") || id.startsWith("ext-zpool")) {
    return {
      row: "D9",
      ...(silent(message) ? { orElse: ["D1"] } : {}),
      title: `${id} cannot import its pools`,
      advice: "See its log: a pool of another host needs `zpool import -f` once.",
    };
  }
  return {
    row: "D1",
    title: `${id} crashes again and again`,
    advice: `See its log: \`talosctl logs ${id}\`.`,
  };
}

function tailscaleKind(message: string, ipv6: boolean): Kind {
  const advice = "Put a valid auth key and routes into its ExtensionServiceConfig, and approve the device.";
  if (ipv6 && /forwarding|ipv6/i.test(message))
    return { row: "B12", title: "IPv6 routes need forwarding, which is off", advice };
  if (/TS_ROUTES|invalid route|not a valid (IP address|CIDR)|unable to parse/i.test(message)) {
    return { row: "B4", title: "the tailscale document holds a value that tailscale refuses", advice };
  }
  return {
    row: "D4",
    ...(silent(message) ? { orElse: ["B4", "B12"] } : {}),
    title: "tailscale cannot log in",
    advice,
  };
}

/** D2: a service that runs once and failed. */
const failedOnce: Row = ({ observation }) =>
  valueOr(observation.services, [])
    .filter(
      ({ id, state, events }) =>
        id.startsWith("ext-") &&
        state === "Failed" &&
        (events.at(-1)?.message ?? "").includes("error running service"),
    )
    .map(({ id, events }): Cause => ({
      row: "D2",
      service: id,
      title: `${id} failed and is not started again`,
      chain: [`${id} ended with an error`, "its restart policy is never", ...bootWaits(id)],
      evidence: [{ source: `service ${id}`, text: events.at(-1)?.message ?? "" }],
      blocksBoot: !events.some(({ state }) => state === "Running"),
      blocksKubernetes: false,
      advice: `See its log: \`talosctl logs ${id}\`.`,
    }));

/** D3: a service that somebody stopped. */
const stopped: Row = ({ observation }) =>
  valueOr(observation.services, [])
    .filter(
      ({ id, state, events }) =>
        id.startsWith("ext-") &&
        (state === "Stopping" ||
          (state === "Finished" && events.some((event) => event.state === "Stopping"))),
    )
    .map(({ id, events }): Cause => ({
      row: "D3",
      service: id,
      title: `${id} was stopped`,
      chain: [
        `somebody stopped ${id} through the API`,
        "it stays stopped until it is started or the node reboots",
      ],
      evidence: [
        {
          source: `service ${id}`,
          text: events.findLast((event) => event.state === "Stopping")?.message ?? "",
        },
      ],
      blocksBoot: false,
      blocksKubernetes: false,
      advice: `Start it: \`talosctl service ${id} start\`.`,
    }));

/**
 * B8: a module that the config lists and the image does not have. One of an official extension that the role does without is in many configs
 * made for all roles, and nothing misses it.
 */
const unknownModule: Row = ({ observation, expected }) => {
  if (!observation.wantedModules.known || !observation.modules.known) return [];
  const live = new Set(observation.modules.value.map(({ name }) => name));
  return moduleErrors(observation.log)
    .filter(({ name, why }) => !live.has(name) && /not found|no such/i.test(why))
    .filter(({ name }) => !isSpare(name, expected))
    .map(({ name, line }): Cause => ({
      row: "B8",
      title: `module ${name} is in the config but not in the image`,
      chain: [
        `machine.kernel.modules lists ${name}`,
        "no extension of this image has it",
        "Talos tries again for ever and says so only in its log",
      ],
      evidence: [line],
      blocksBoot: false,
      blocksKubernetes: false,
      advice: `Take ${name} out of machine.kernel.modules, or add the extension that has it to the role.`,
    }));
};

function isSpare(module: string, { extensions, talosVersion }: Expected): boolean {
  const owner = moduleOwner(module, talosVersion);
  return owner !== undefined && !extensions.some(({ name }) => name === owner);
}

export const runtimeRows: Row[] = [crashLoop, failedOnce, stopped, unknownModule];
