import { smallestDocument } from "../../machine/smallest-document.ts";
import { hangs } from "../effects.ts";
import type { Profile } from "../model.ts";
import { misnamedDocuments, type Misnamed } from "../needs.ts";
import { type Finding, nodeRule } from "../rule.ts";
import { looksFine } from "../waits.ts";

export const serviceConfigName = nodeRule({
  id: "service-config-name",
  severity: "error",
  title: "A service's config document carries the wrong name",
  reason:
    "An ExtensionServiceConfig belongs to a service by name: the name in the service's own definition. That is not always the extension's name (zfs has the service zfs-service), and it never has the `ext-` that Talos shows in its lists. Nothing in Talos compares the names: a document with a wrong one is accepted, and the service goes on waiting.",
  fix: "Give the document the service's name.",
  rows: ["B2"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/runtime/extension_service_config.go (the id is the name in the document)",
  check: (subject) =>
    subject.profile.platform === "container"
      ? []
      : misnamedDocuments(subject).map((one) => misnamed(subject.profile, one)),
});

function misnamed(profile: Profile, { document, service }: Misnamed): Finding {
  const { name, extension, waitsFor } = service;
  const said = `the ExtensionServiceConfig named ${document.name} belongs to no service; extension ${extension} has the service ${name}: did you mean that?`;
  if (!waitsFor.configuration)
    return { message: said, severity: "warning", at: document.nameAt, fix: rename(profile, name) };
  return {
    message: `${said} ext-${name} waits until a document of its own name is there. ${looksFine}.`,
    at: document.nameAt,
    fix: profile.rendered
      ? rename(profile, name)
      : `${rename(profile, name)} The least that it needs:\n${smallestDocument(name)}`,
    effects: hangs(
      name,
      `an ExtensionServiceConfig named ${name}, and the one there is named ${document.name}`,
    ),
  };
}

const rename = ({ rendered, role }: Profile, name: string): string =>
  rendered ? `Write ${name} under \`services\` of role ${role?.name}.` : `Name the document ${name}.`;
