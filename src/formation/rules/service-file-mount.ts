import type { ServiceDocument, ServiceFile } from "../../talos/config/service-documents.ts";
import type { ServiceContract } from "../../talos/contract.ts";
import { hangs } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import { documentOf, type Subject } from "../subject.ts";
import { looksFine } from "../waits.ts";

export const serviceFileMount = nodeRule({
  id: "service-file-mount",
  severity: "error",
  title: "A config file cannot be mounted into its service",
  reason:
    "Every file of an ExtensionServiceConfig is mounted into the service's container at its `mountPath`. A path that is not absolute, one below another file's path, or one inside /proc, /sys or /dev cannot be mounted: the container is never made, the service never runs, and boot does not complete.",
  fix: "Give each file an absolute path of its own, in a folder where the service looks for it.",
  rows: ["B6"],
  source: "OCI runtime specification, mounts; siderolabs/talos: system/services/extension.go",
  check: (subject) =>
    subject.contract.services.flatMap((service) => {
      const document = documentOf(subject, service.name);
      return document ? judgeFiles(subject, service, document) : [];
    }),
});

function judgeFiles(_: Subject, { name }: ServiceContract, { files }: ServiceDocument): Finding[] {
  return files.flatMap((file) => {
    const fault = faultOf(file, files);
    if (fault === undefined) return [];
    return [
      {
        message: `ext-${name} will never run: the mountPath of this config file ${fault}, so its container cannot be made. ${looksFine}.`,
        at: file.at,
        fix: "Give the file an absolute `mountPath` of its own.",
        effects: hangs(name, `a container that cannot be made: a mountPath ${fault}`),
      },
    ];
  });
}

function faultOf({ mountPath }: ServiceFile, files: readonly ServiceFile[]): string | undefined {
  if (mountPath === undefined || mountPath === "") return undefined;
  if (!mountPath.startsWith("/")) return "is not absolute";
  const path = clean(mountPath);
  if (path === "/") return "is the container's root";
  if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) return "lies in /proc, /sys or /dev";
  const below = files.some((other) => other.mountPath && path.startsWith(`${clean(other.mountPath)}/`));
  return below ? "lies below another file of the same document" : undefined;
}

const clean = (path: string): string => path.replaceAll(/\/+/g, "/").replace(/(.)\/$/, "$1");
