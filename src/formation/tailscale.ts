import { type Cidr, parseCidr } from "../talos/cidr.ts";
import { type ServiceDocument, type ServiceVariable, variableOf } from "../talos/config/service-documents.ts";
import type { At } from "../talos/config/tree.ts";
import { documentOf, serviceOf, type Subject } from "./subject.ts";

/** A route that a node offers to its tailnet. Values of variables are never printed, so it is named by its place. */
export interface AdvertisedRoute {
  /** Undefined where it is no network. */
  cidr: Cidr | undefined;
  /** `the second route in TS_ROUTES`. */
  place: string;
  at: At;
}

/** How a node with the tailscale service in its image and a document for it is set up. */
export interface TailscaleSetup {
  document: ServiceDocument;
  /** Variables that surely are what they seem: none is encrypted as a whole, none comes from a template. */
  complete: boolean;
  routes: readonly AdvertisedRoute[];
  /** Whether routes are given at all, readable or not. */
  isRouter: boolean;
  /** tailscaled forwards by itself; undefined where it cannot be read. */
  userspace: boolean | undefined;
  /** Arguments of `tailscale up`, where they can be read. */
  extraArgs: string;
}

/** Whether the image surely has tailscale's service. */
export const hasTailscale = (subject: Subject): boolean => serviceOf(subject, "tailscale") !== undefined;

export function tailscaleOf(subject: Subject): TailscaleSetup | undefined {
  const document = hasTailscale(subject) ? documentOf(subject, "tailscale") : undefined;
  if (!document) return undefined;
  const extra = variableOf(document, "TS_EXTRA_ARGS");
  const extraArgs = extra?.value ?? "";
  const variable = variableOf(document, "TS_ROUTES");
  const advertised = /--advertise-routes[= ]([^\s]*)/.exec(extraArgs)?.[1];
  return {
    document,
    complete:
      document.hiddenVariables === 0 && !document.open && document.environment.every(({ maybe }) => !maybe),
    routes: [
      ...routesIn(variable, "TS_ROUTES"),
      ...(extra ? listed(advertised, extra, "TS_EXTRA_ARGS") : []),
    ],
    isRouter: (variable !== undefined && variable.value !== "") || advertised !== undefined,
    userspace: userspaceOf(variableOf(document, "TS_USERSPACE")),
    extraArgs,
  };
}

const routesIn = (variable: ServiceVariable | undefined, name: string): AdvertisedRoute[] =>
  variable && !variable.maybe ? listed(variable.value, variable, name) : [];

const ordinals = ["first", "second", "third", "fourth", "fifth"];

const listed = (value: string | undefined, { at }: ServiceVariable, name: string): AdvertisedRoute[] =>
  (value ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter(Boolean)
    .map((text, index, all) => ({
      cidr: text.includes("/") ? parseCidr(text) : undefined,
      place: `${all.length === 1 ? "the" : `the ${ordinals[index] ?? `${index + 1}th`}`} route in ${name}`,
      at,
    }));

/** The extension's own default is the kernel. */
function userspaceOf(variable: ServiceVariable | undefined): boolean | undefined {
  if (!variable) return false;
  if (variable.value === undefined || variable.maybe) return undefined;
  return ["true", "1", "t"].includes(variable.value.toLowerCase());
}
