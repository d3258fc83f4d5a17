import type { ServiceSettings } from "../machine/service-document.ts";
import { smallestDocument, smallestSettings } from "../machine/smallest-document.ts";
import { documentsText } from "../machine/yaml.ts";
import type { Profile } from "./model.ts";

/** What gives a service its config: the document itself, or for a role what to write in roles.yaml, from which `config` makes it. */
export function serviceFix({ rendered, role }: Profile, service: string): string {
  if (!rendered || !role) return smallestDocument(service);
  return documentsText([{ roles: { [role.name]: { services: { [service]: asRoleService(service) } } } }]);
}

function asRoleService(service: string): object {
  const { environment = [], configFiles = [] }: ServiceSettings = smallestSettings(service);
  const variables = environment.flatMap((one): [string, unknown][] => {
    if (typeof one !== "string") return [];
    const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    const [, variable] = /^\$\{(\w+)\}$/.exec(value) ?? [];
    return [[name, variable === undefined ? value : { env: variable }]];
  });
  return {
    ...(variables.length > 0 ? { environment: Object.fromEntries(variables) } : {}),
    ...(configFiles.length > 0 ? { files: configFiles } : {}),
  };
}
