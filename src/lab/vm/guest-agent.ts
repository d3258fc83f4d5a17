import type { ServiceSpec } from "../../talos/service-spec.ts";
import { type Agent, type Exit, type ServiceConfig, StartFailure } from "../node/agent.ts";
import type { GuestLink } from "./guest-link.ts";

/** The base64 of a text; an empty one still has to be a word of the line. */
const word = (text: string): string => Buffer.from(text === "" ? "\n" : text).toString("base64");

const stages = ["pre", "runner", "open", "task"] as const;

/** The agent of a node whose machine is a guest: every answer is what the guest says. */
export function guestAgent(link: GuestLink): Agent {
  const ended = new Map<string, (exit: Exit) => void>();
  link.onExit(({ service, code, lastLog }) => {
    ended.get(service)?.({ code, lastLog });
    ended.delete(service);
  });
  const survey = surveyor(link);
  const part = async (name: string): Promise<string[]> => (await survey.now()).get(name) ?? [];
  return {
    start: async (service, config) => {
      const exited = new Promise<Exit>((resolve) => ended.set(service.name, resolve));
      const reply = await link.ask("start", ...startWords(service, config));
      if (!reply.ok) throw startFailure(reply.text);
      return {
        pid: Number(reply.text),
        exited,
        stop: () => void link.ask("stop", service.name).catch(() => {}),
      };
    },
    pathExists: async (path) => (await link.ask("exists", path)).ok,
    loadModule: async (name, parameters) => {
      const reply = await link.ask("modprobe", name, ...parameters);
      survey.forget();
      if (!reply.ok) throw new StartFailure("task", reply.text.trim() || `module ${name} cannot be loaded`);
    },
    modules: async () => liveModules(await part("modules")),
    network: async () => {
      const flags = new Set(await part("network"));
      return {
        address: flags.has("address"),
        connectivity: flags.has("connectivity"),
        hostname: flags.has("hostname"),
        etcFiles: flags.has("etcFiles"),
      };
    },
    // A machine without a real-time clock starts in 1970.
    timeSynced: async () => Number((await part("clock"))[0]) > Date.UTC(2024, 0) / 1000,
    links: () => part("links"),
    kernelParameter: async (name) =>
      name === ipv6Forwarding
        ? ((await part("forwarding"))[0] ?? "")
        : (await link.ask("parameter", name.replaceAll(".", "/"))).text.trim(),
    kubernetesReady: async () => (await link.ask("exists", "/run/services/kubelet/pid")).ok,
  };
}

/** A guest is emulated, and each question costs it some ten processes: an answer serves for this long. Milliseconds. */
const freshMs = 2500;
const ipv6Forwarding = "net.ipv6.conf.all.forwarding";

/** What is asked again and again, in one question: the lines of each part by its name. */
function surveyor(link: GuestLink): { now(): Promise<Map<string, string[]>>; forget(): void } {
  let asked: { at: number; answer: Promise<Map<string, string[]>> } | undefined;
  return {
    now: () => {
      if (!asked || performance.now() - asked.at > freshMs)
        asked = { at: performance.now(), answer: link.ask("survey").then(({ text }) => partsOf(text)) };
      return asked.answer;
    },
    forget: () => {
      asked = undefined;
    },
  };
}

function partsOf(text: string): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    const [, name] = /^= (\w+)$/.exec(line) ?? [];
    if (name !== undefined) parts.set(name, (lines = []));
    else if (line !== "") lines.push(line);
  }
  return parts;
}

/** Talos' own services carry no container: a process that only lives stands in for each. */
function startWords(service: ServiceSpec, config: ServiceConfig | undefined): string[] {
  if (service.entrypoint === "") return [service.name, "-"];
  const environment = [...service.environment, ...(config?.environment ?? [])];
  const mounts = service.mounts.map(({ source, destination }) => `${source}\t${destination}`);
  return [
    service.name,
    word(service.entrypoint),
    word(environment.join("\n")),
    word(`${mounts.join("\n")}\n`),
    word(service.args.join("\n")),
  ];
}

function startFailure(text: string): StartFailure {
  const [first = "", ...rest] = text.split(" ");
  const stage = stages.find((one) => one === first);
  return stage ? new StartFailure(stage, rest.join(" ")) : new StartFailure("task", text);
}

/** Lines of /proc/modules: name, size, count, who uses it (`drbd,` or `-`), state. Dependencies are that list read the other way. */
function liveModules(lines: readonly string[]): { name: string; state: "live"; dependsOn: string[] }[] {
  const modules = lines
    .map((line) => line.split(" "))
    .map(([name = "", , , users = "-"]) => ({ name, users: users.split(",") }));
  return modules.map(({ name }) => ({
    name,
    state: "live",
    dependsOn: modules.filter((other) => other.users.includes(name)).map((other) => other.name),
  }));
}
