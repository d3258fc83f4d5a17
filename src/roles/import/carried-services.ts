import type { ConfigDocument } from "../../talos/config/document.ts";
import {
  type ServiceDocument,
  serviceDocuments,
  type ServiceVariable,
} from "../../talos/config/service-documents.ts";
import { type ConfigNode, itemsOf, nodeAt, textOf } from "../../talos/config/tree.ts";
import type { RoleInput } from "../schema.ts";
import { isHarmlessVariable } from "./harmless.ts";
import type { Settled } from "./left-in-config.ts";

type Services = NonNullable<RoleInput["services"]>;
type ServiceInput = Services[string];
type Router = Exclude<NonNullable<RoleInput["subnetRouter"]>, false>;
type Environment = NonNullable<ServiceInput["environment"]>;
type Files = NonNullable<ServiceInput["files"]>;
type Secret = NonNullable<Router["authKey"]>;

export interface CarriedServices {
  services: Services;
  subnetRouter?: Router;
  /** What references stand for, by what they are: to tell whether nodes differ. Never to be printed. */
  hiddenValues: Record<string, string>;
}

interface Carrying {
  settled: Settled;
  hiddenValues: Record<string, string>;
}

/** The documents of extension services as settings of a role; a tailscale that advertises routes is the role's subnet router. */
export function carriedServices(documents: readonly ConfigDocument[], settled: Settled): CarriedServices {
  const carrying: Carrying = { settled, hiddenValues: {} };
  const result: CarriedServices = { services: {}, hiddenValues: carrying.hiddenValues };
  const seen = new Set<string>();
  for (const written of documents) {
    const [document] = serviceDocuments([written]);
    // Talos refuses a second one of the same name; it is left where it stands.
    if (!document || seen.has(document.name)) continue;
    seen.add(document.name);
    const setting: Setting = {
      environment: environmentOf(document, written, carrying),
      files: filesOf(document, written, carrying),
    };
    const router = document.name === "tailscale" ? routerOf(setting.environment) : undefined;
    if (router) result.subnetRouter = router.subnetRouter;
    const rest = router ? { ...setting, environment: router.rest } : setting;
    const input = withoutEmpty(rest);
    if (!router || Object.keys(input).length > 0) result.services[document.name] = input;
  }
  return result;
}

interface Setting {
  environment: Environment;
  files: Files;
}

const withoutEmpty = ({ environment, files }: Setting): ServiceInput => ({
  ...(Object.keys(environment).length > 0 ? { environment } : {}),
  ...(files.length > 0 ? { files } : {}),
});

function environmentOf(
  document: ServiceDocument,
  { root }: ConfigDocument,
  { settled, hiddenValues }: Carrying,
): Environment {
  const list = nodeAt(root, ["environment"]);
  if (list?.kind === "list") settled.add(list);
  if (document.hiddenVariables > 0)
    settled.tell({
      what: `${document.hiddenVariables} variable(s) of ${document.name}`,
      reason: "they are encrypted as a whole, so that not even their names can be read: add them by hand",
      at: document.at,
    });
  const valueOf = ({ name, value, at }: ServiceVariable): string | Secret => {
    if (value !== undefined && isHarmlessVariable(name, value)) return value;
    const what = `the value of ${name} (${document.name})`;
    if (value !== undefined) hiddenValues[what] = value;
    const reason = `it may be a secret and stands as \`{env: ${name}}\`: set that variable when configs are written, or write a value that is no secret in`;
    settled.tell({ what, reason, at });
    return { env: name };
  };
  const last = new Map(document.environment.map((variable) => [variable.name, variable]));
  return Object.fromEntries([...last].map(([name, variable]) => [name, valueOf(variable)]));
}

/** What a file of a service holds cannot be known, so it is named and not copied. */
function filesOf(document: ServiceDocument, { root }: ConfigDocument, carrying: Carrying): Files {
  const taken = new Set<string>();
  return itemsOf(nodeAt(root, ["configFiles"])).flatMap((file): Files => {
    const mountPath = textOf(nodeAt(file, ["mountPath"]));
    if (mountPath === undefined || !mountPath.startsWith("/") || mountPath.includes("\n")) return [];
    carrying.settled.add(nodeAt(file, ["mountPath"]));
    const content = nodeAt(file, ["content"]);
    return [
      { mountPath, content: contentOf({ service: document.name, mountPath, taken }, content, carrying) },
    ];
  });
}

interface MountedFile {
  service: string;
  mountPath: string;
  taken: Set<string>;
}

function contentOf(
  { service, mountPath, taken }: MountedFile,
  content: ConfigNode | undefined,
  { settled, hiddenValues }: Carrying,
): Files[number]["content"] {
  settled.add(content);
  const text = textOf(content);
  if (text?.trim() === "") return text;
  const parts = mountPath
    .split("/")
    .flatMap((part) => part.replaceAll(/[^\w.-]/g, "_").replace(/^\.+$/, "") || []);
  const short = parts.at(-1) ?? "content";
  const file = `secrets/${service}/${taken.has(short) ? parts.join("-") : short}`;
  taken.add(short);
  const what = `the content of ${mountPath} (${service})`;
  if (text !== undefined) hiddenValues[what] = text;
  settled.tell({
    what,
    reason: `it may hold a secret or be a template: write it to ${file}, beside roles.yaml and out of git`,
    at: content?.at ?? null,
  });
  return { file };
}

/** What `subnetRouter` writes by itself. */
const usual: Record<string, string> = { TS_AUTH_ONCE: "true", TS_ACCEPT_DNS: "false", TS_USERSPACE: "false" };

/** The environment of a router as `subnetRouter`, and what it does not say. Undefined where no routes are advertised. */
function routerOf(environment: Environment): { subnetRouter: Router; rest: Environment } | undefined {
  const routes = list(environment["TS_ROUTES"]);
  if (routes.length === 0) return undefined;
  const { TS_ROUTES: _routes, ...others } = environment;
  const rest: Environment = Object.fromEntries(
    Object.entries(others).filter(([name, value]) => usual[name] !== value),
  );
  const subnetRouter: Router = { routes };
  if (rest["TS_USERSPACE"] === "true") {
    subnetRouter.mode = "userspace";
    delete rest["TS_USERSPACE"];
  }
  const key = rest["TS_AUTHKEY"] ?? rest["TS_AUTH_KEY"];
  if (typeof key === "object") {
    subnetRouter.authKey = key;
    delete rest["TS_AUTHKEY"];
    delete rest["TS_AUTH_KEY"];
  }
  const hostname = rest["TS_HOSTNAME"];
  if (typeof hostname === "string" && /^[a-z0-9][a-z0-9-]*$/.test(hostname)) {
    subnetRouter.hostname = hostname;
    delete rest["TS_HOSTNAME"];
  }
  return { subnetRouter: { ...subnetRouter, ...argumentsOf(rest) }, rest };
}

const list = (value: string | Secret | undefined): string[] =>
  typeof value === "string" ? value.split(",").flatMap((route) => route.trim() || []) : [];

/** Tags and control server, where the arguments hold nothing else; takes them out of the environment then. */
function argumentsOf(environment: Environment): Pick<Router, "tags" | "loginServer"> {
  const written = environment["TS_EXTRA_ARGS"];
  if (typeof written !== "string") return {};
  const found: Pick<Router, "tags" | "loginServer"> = {};
  for (const word of written.split(/\s+/).filter(Boolean)) {
    const [, name, value = ""] = /^--([a-z-]+)=(.*)$/.exec(word) ?? [];
    if (name === "advertise-tags") found.tags = value.split(",");
    else if (name === "login-server") found.loginServer = value;
    else if (word !== "--accept-dns=false") return {};
  }
  delete environment["TS_EXTRA_ARGS"];
  return found;
}
