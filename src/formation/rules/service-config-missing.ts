import type { ServiceContract } from "../../talos/contract.ts";
import { inlineManifests, machineFiles } from "../../talos/config/settings.ts";
import { hangs, mayHang } from "../effects.ts";
import { misnamedDocuments, unconfigured } from "../needs.ts";
import { serviceFix } from "../role-fix.ts";
import { type Finding, nodeRule } from "../rule.ts";
import { maybeDocumentOf, type Subject } from "../subject.ts";
import { looksFine, waitText } from "../waits.ts";

export const serviceConfigMissing = nodeRule({
  id: "service-config-missing",
  severity: "error",
  title: "An extension service waits for a config document that is not there",
  reason:
    "Some extension services wait for an ExtensionServiceConfig document of exactly their name. Kubernetes does not wait for them, but Talos' own boot does: after 70 minutes it gives up and reboots, for ever, and after an upgrade it silently goes back to the old image. The document must be in this node's config: one in a file that nothing includes, in another node's config, or written as text into a manifest does not count. A file with environment variables, as before Talos 1.7, does not count either.",
  fix: "Add the document to the node's machine config; `talosctl patch machineconfig --patch @FILE` takes it as it is. Or take the extension out of the image.",
  rows: ["B1"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/runtime/v1alpha1/v1alpha1_sequencer_tasks.go (BootTimeout); siderolabs/talos#14373, #12145",
  check: (subject) => {
    if (subject.profile.platform === "container") return [];
    const misnamed = new Set(misnamedDocuments(subject).map(({ service }) => service.name));
    return unconfigured(subject)
      .filter(({ name }) => !misnamed.has(name))
      .map((service) => uncertain(subject, service) ?? missing(subject, service));
  },
});

/** Where the document may be after all, nothing is said but that it cannot be told. */
function uncertain(subject: Subject, { name }: ServiceContract): Finding | undefined {
  if (maybeDocumentOf(subject, name)) {
    return {
      effects: mayHang(
        name,
        "its document stands under a template's condition, so whether this node gets it cannot be told",
      ),
    };
  }
  const [blind] = subject.blindSpots;
  return blind === undefined
    ? undefined
    : { effects: mayHang(name, `its document is not seen, but ${blind}`) };
}

function missing(subject: Subject, { name, extension }: ServiceContract): Finding {
  const lacks = subject.profile.rendered
    ? `role ${subject.profile.role?.name} gives it no settings`
    : `this node's config has no ExtensionServiceConfig named ${name}`;
  const message = `ext-${name} will wait for ever ("Waiting for ${waitText.configuration}"): the image has extension ${extension}, and ${lacks}. ${looksFine}.${hint(subject, name)}`;
  return {
    message,
    fix: serviceFix(subject.profile, name),
    effects: hangs(name, `an ExtensionServiceConfig named ${name} ("${waitText.configuration}")`),
  };
}

/** Where the document, or something meant as it, is instead. */
function hint({ config, documents }: Subject, service: string): string {
  const unlisted = config.unlisted.find(
    ({ kind, name }) => kind === "ExtensionServiceConfig" && name === service,
  );
  if (unlisted)
    return ` ${unlisted.at.file} has this document, but nothing includes that file for this node.`;
  const text = new RegExp(`kind:\\s*ExtensionServiceConfig[\\s\\S]*name:\\s*${service}\\b`);
  const manifest = inlineManifests(documents).find((one) => text.test(one.text));
  if (manifest) return " One is written as text in a manifest: Kubernetes gets that, and Talos does not.";
  const file = machineFiles(documents).find(({ path }) => path?.text.includes(`/${service}/`));
  if (file?.path) return ` ${file.path.text} in \`machine.files\` does not replace it.`;
  return "";
}
