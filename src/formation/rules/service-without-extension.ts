import { misnamedDocuments } from "../needs.ts";
import { nodeRule } from "../rule.ts";
import { serviceOf } from "../subject.ts";

export const serviceWithoutExtension = nodeRule({
  id: "service-without-extension",
  severity: "warning",
  title: "A role configures a service that its image does not have",
  reason:
    "In roles.yaml the whole image of a role is known, so that settings of a service which no extension has are a mistake: of the name (it is the service's and not the extension's), or of the list of extensions. In a machine config the same document may be meant for another image, and nothing is said of it.",
  fix: "Correct the service's name, or add its extension to the role.",
  rows: ["B2"],
  source: "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/extension_service_config.go",
  check: (subject) => {
    const { rendered, role } = subject.profile;
    if (!rendered || !role || subject.unknownExtensions.length > 0) return [];
    const misnamed = new Set(misnamedDocuments(subject).map(({ document }) => document.name));
    const own = subject.contract.services.map(({ name }) => name);
    return Object.keys(role.services)
      .filter((name) => !serviceOf(subject, name) && !misnamed.has(name))
      .map((name) => ({
        message: `role ${role.name} has settings for the service ${name}, and no extension of the role has it; its services: ${own.join(", ") || "none"}.`,
        fix: `Correct the name ${name}, or add the extension that has this service.`,
      }));
  },
});
