import { z } from "zod";
import { RolesError } from "../errors.ts";
import type { ServiceContract, ServiceWaits } from "./contract.ts";
import { parseTextYaml } from "./text-yaml.ts";

/** One file of /usr/local/etc/containers: what Talos runs as service `ext-<name>`. */
export interface ServiceSpec {
  name: string;
  /** Relative to the container's root. */
  entrypoint: string;
  args: string[];
  /** `KEY=value`. */
  environment: string[];
  /** Deprecated file of variables; the service waits until it exists. */
  environmentFile?: string;
  mounts: { source: string; destination: string; type: string; options: string[] }[];
  waitsFor: ServiceWaits;
  restart: "always" | "never" | "untilSuccess";
}

const blank = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || value === "~";
const orElse = <T extends z.ZodType>(fallback: unknown, schema: T) =>
  z.preprocess((value) => (blank(value) ? fallback : value), schema);

const text = orElse("", z.string());
const list = <T extends z.ZodType>(item: T) => orElse([], z.array(item));
// Go reads these words into a bool field.
const yes = ["true", "True", "TRUE", "y", "Y", "yes", "on"];
const no = ["false", "False", "FALSE", "n", "N", "no", "off"];
const flag = orElse(
  "false",
  z
    .enum([...yes, ...no] as [string, ...string[]], "true or false is expected")
    .transform((word) => yes.includes(word)),
);

const networks = ["addresses", "connectivity", "hostname", "etcfiles"] as const;

const dependency = z
  .object({
    service: text,
    path: text.refine((path) => path === "" || path.startsWith("/"), "a path must be absolute"),
    network: list(z.enum(networks, `a network condition is one of ${networks.join(", ")}`)),
    time: flag,
    configuration: flag,
  })
  .refine(
    ({ service, path, network, time, configuration }) =>
      [service !== "", path !== "", network.length > 0, time, configuration].filter(Boolean).length === 1,
    "exactly one of service, path, network, time, configuration must be set",
  );

const specSchema = z.object({
  name: text.refine((name) => /^[-_a-z0-9]+$/.test(name), "a service name has only a-z, 0-9, - and _"),
  container: z.object({
    entrypoint: text.refine((entrypoint) => entrypoint !== "", "an entrypoint is required"),
    args: list(z.string()),
    environment: list(z.string()),
    environmentFile: text,
    mounts: list(z.object({ source: text, destination: text, type: text, options: list(z.string()) })),
  }),
  depends: list(dependency),
  restart: z.enum(["always", "never", "untilSuccess"], "restart is always, never or untilSuccess"),
});

/**
 * Reads a service spec by the rules of facts Talos itself applies; keys it does not know are ignored. Talos skips a file that breaks
 * them, so that the service silently never exists: here that is an error. Errors: EXTENSION_INVALID.
 */
export function parseServiceSpec(yaml: string, where: string): ServiceSpec {
  const parsed = specSchema.safeParse(parseTextYaml(yaml, where));
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".") || "document"}: ${message}`,
    );
    throw new RolesError("EXTENSION_INVALID", `${where}: ${reasons.join("; ")}`, {
      hint: "Talos skips such a file, and the service never runs. Report it to the extension's author.",
    });
  }
  const { name, container, depends, restart } = parsed.data;
  const { environmentFile, ...rest } = container;
  return {
    name,
    ...rest,
    ...(environmentFile === "" ? {} : { environmentFile }),
    waitsFor: waits(depends, environmentFile),
    restart,
  };
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

function waits(depends: readonly z.infer<typeof dependency>[], environmentFile: string): ServiceWaits {
  const given = (values: readonly string[]) => unique(values.filter((value) => value !== ""));
  return {
    configuration: depends.some(({ configuration }) => configuration),
    time: depends.some(({ time }) => time),
    paths: given([environmentFile, ...depends.map(({ path }) => path)]),
    services: given(depends.map(({ service }) => service)),
    network: unique(depends.flatMap(({ network }) => network)),
  };
}

/** The part of a spec that decides whether a node boots. */
export const serviceContract = (
  { name, waitsFor, restart }: ServiceSpec,
  extension: string,
): ServiceContract => ({
  name,
  extension,
  waitsFor,
  restart,
});
