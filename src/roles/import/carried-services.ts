import type { ConfigDocument } from "../../talos/config/document.ts";
import {
  type ServiceDocument,
  serviceDocuments,
  type ServiceVariable,
} from "../../talos/config/service-documents.ts";
import { itemsOf, nodeAt, textOf } from "../../talos/config/tree.ts";
import type { RoleInput } from "../schema.ts";
import type { NotCarried } from "./imported.ts";

type Services = NonNullable<RoleInput["services"]>;
type ServiceInput = Services[string];
type Router = Exclude<NonNullable<RoleInput["subnetRouter"]>, false>;
type Environment = NonNullable<ServiceInput["environment"]>;
type Files = NonNullable<ServiceInput["files"]>;
type Secret = NonNullable<Router["authKey"]>;

export interface CarriedServices {
  services: Services;
  subnetRouter?: Router;
  notCarried: Omit<NotCarried, "nodes">[];
}

/** Names whose values are secrets, wherever they are written. */
const secretName = /KEY|TOKEN|SECRET|PASS|CREDENTIAL/i;
const secretText = /pass(?:word|wd)?\b|secret|token|private[ _-]?key/i;

/** The documents of extension services as settings of a role; a tailscale that advertises routes is the role's subnet router. */
export function carriedServices(documents: readonly ConfigDocument[]): CarriedServices {
  const result: CarriedServices = { services: {}, notCarried: [] };
  for (const document of serviceDocuments(documents)) {
    const written = documents.find(
      (one) => one.kind === "ExtensionServiceConfig" && one.name === document.name,
    );
    const setting: Setting = {
      environment: environmentOf(document, result.notCarried),
      files: written ? filesOf(document, written, result.notCarried) : [],
    };
    if (document.maybe) result.notCarried.push(conditional(document));
    const router = document.name === "tailscale" ? routerOf(setting.environment) : undefined;
    if (router) result.subnetRouter = router.subnetRouter;
    const rest = router ? { ...setting, environment: router.rest } : setting;
    const input = withoutEmpty(rest);
    if (!router || Object.keys(input).length > 0) result.services[document.name] = input;
  }
  return result;
}

const conditional = ({ name, at }: ServiceDocument): Omit<NotCarried, "nodes"> => ({
  what: `the condition around the document of ${name}`,
  reason: "a template decides which nodes get it; here every node of the role does",
  at,
});

interface Setting {
  environment: Environment;
  files: Files;
}

const withoutEmpty = ({ environment, files }: Setting): ServiceInput => ({
  ...(Object.keys(environment).length > 0 ? { environment } : {}),
  ...(files.length > 0 ? { files } : {}),
});

function environmentOf(document: ServiceDocument, notCarried: CarriedServices["notCarried"]): Environment {
  if (document.hiddenVariables > 0)
    notCarried.push({
      what: `${document.hiddenVariables} variable(s) of ${document.name}`,
      reason: "they are encrypted as a whole, so that not even their names can be read: add them by hand",
      at: document.at,
    });
  return Object.fromEntries(
    document.environment.map((variable) => [variable.name, valueOf(variable, document.name, notCarried)]),
  );
}

function valueOf(
  { name, value, at }: ServiceVariable,
  service: string,
  notCarried: CarriedServices["notCarried"],
): string | Secret {
  if (value !== undefined && !secretName.test(name)) return value;
  notCarried.push({
    what: `the value of ${name} (${service})`,
    reason: `it stands as \`{env: ${name}}\`: set that variable when configs are written`,
    at,
  });
  return { env: name };
}

function filesOf(
  document: ServiceDocument,
  { root }: ConfigDocument,
  notCarried: CarriedServices["notCarried"],
): Files {
  return itemsOf(nodeAt(root, ["configFiles"])).flatMap((file): Files => {
    const mountPath = textOf(nodeAt(file, ["mountPath"]));
    const content = textOf(nodeAt(file, ["content"]));
    if (mountPath === undefined || !mountPath.startsWith("/")) return [];
    if (content !== undefined && !secretText.test(content)) return [{ mountPath, content }];
    const path = `secrets/${document.name}/${mountPath.split("/").at(-1)}`;
    notCarried.push({
      what: `the content of ${mountPath} (${document.name})`,
      reason: `it may hold a secret or is a template: write it to ${path}, beside roles.yaml and out of git`,
      at: file.at,
    });
    return [{ mountPath, content: { file: path } }];
  });
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
