import { documentsText } from "../../machine/yaml.ts";
import { hangs, mayHang } from "../effects.ts";
import { producerOf } from "../known-paths.ts";
import type { Platform } from "../model.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { looksFine, waitText } from "../waits.ts";

export const servicePath = nodeRule({
  id: "service-path",
  severity: "error",
  title: "An extension service waits for a path that never appears",
  reason:
    "A service can wait for a file or device: a hypervisor's channel, a config file, a mounted volume. Where nothing makes it appear, boot never completes. A guest agent in the image of a physical machine is the usual case: the channel exists under its own hypervisor only.",
  fix: "Give that image to machines that have the path, or add the document that makes it.",
  rows: ["C1"],
  source: "siderolabs/talos: pkg/conditions; siderolabs/extensions: guest-agents, storage/cachefilesd",
  check: (subject) =>
    subject.contract.services.flatMap((service) =>
      service.waitsFor.paths.flatMap((path) => judgePath(subject, service, path)),
    ),
});

interface Waiting {
  name: string;
  extension: string;
}

function judgePath(subject: Subject, service: Waiting, path: string): Finding[] {
  const producer = producerOf(path);
  if (producer.by === "platform")
    return judgePlatform(subject.profile.platform, service, { path, ...producer });
  if (producer.by === "document") return judgeDocument(subject, service, { path, ...producer });
  if (producer.by === "unknown")
    return [{ effects: mayHang(service.name, `what makes ${path} appear is not known`) }];
  return [];
}

function judgePlatform(
  platform: Platform | undefined,
  { name, extension }: Waiting,
  { path, platforms, needs }: { path: string; platforms: readonly Platform[]; needs: string },
): Finding[] {
  if (platform === undefined)
    return [{ effects: mayHang(name, `${path} needs ${needs}, and what the machine is was not said`) }];
  if (platforms.includes(platform)) return [];
  return [
    {
      message: `ext-${name} will wait for ever ("Waiting for ${waitText.path(path)}"): it needs ${needs}, which a machine of the kind ${platform} does not have. ${looksFine}.`,
      fix: `Take ${extension} out of the image of such machines.`,
      effects: hangs(name, `${path}, which needs ${needs}`),
    },
  ];
}

const contents: Record<string, object> = {
  EtcFileConfig: { contents: "${CONTENTS}\n", mode: 0o644 },
  UserVolumeConfig: { provisioning: { diskSelector: { match: "system_disk" }, maxSize: "10GB" } },
};

function judgeDocument(
  { documents, blindSpots }: Subject,
  { name }: Waiting,
  { path, kind, name: document }: { path: string; kind: string; name: string },
): Finding[] {
  const found = documents.find((one) => one.kind === kind && one.name === document);
  if (found && !found.maybe) return [];
  const [blind] = found ? ["it stands under a template's condition"] : blindSpots;
  if (blind !== undefined)
    return [{ effects: mayHang(name, `the ${kind} for ${path} is not seen, but ${blind}`) }];
  return [
    {
      message: `ext-${name} will wait for ever ("Waiting for ${waitText.path(path)}"): no ${kind} named ${document} makes it. ${looksFine}.`,
      fix: documentsText([{ apiVersion: "v1alpha1", kind, name: document, ...contents[kind] }]),
      effects: hangs(name, `${path}, and no ${kind} makes it`),
    },
  ];
}
