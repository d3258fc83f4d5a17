import { serviceDocumentText } from "../machine/service-document.ts";
import { roleServices } from "../machine/role-services.ts";
import type { Role, SecretReference } from "../roles/model.ts";
import type { Contract } from "../talos/contract.ts";

/** The ExtensionServiceConfig documents that a role's services get from roles.yaml, by service; a secret stands as `${NAME}`. */
export function roleDocuments(role: Role, contract: Contract): Record<string, string> {
  return Object.fromEntries(
    Object.entries(roleServices({ role, contract })).map(([service, { environment, files }]) => [
      service,
      serviceDocumentText(service, {
        environment: Object.entries(environment).map(([name, value]) => `${name}=${shown(value, name)}`),
        configFiles: files.map(({ mountPath, content }) => ({
          mountPath,
          content: shown(content, "CONTENT"),
        })),
      }),
    ]),
  );
}

const shown = (value: string | SecretReference, name: string): string => {
  if (typeof value === "string") return value;
  return `\${${"env" in value ? value.env : name}}`;
};
