import type { ServiceContract } from "../../talos/contract.ts";
import { nearest } from "../../roles/nearest.ts";
import { hangs, mayHang } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";
import { looksFine, waitText } from "../waits.ts";

/** Services of Talos itself that an extension can wait for (internal/app/machined/pkg/system/services). */
const ofTalos = [
  "apid",
  "auditd",
  "containerd",
  "cri",
  "dashboard",
  "etcd",
  "kubelet",
  "machined",
  "registryd",
  "syslogd",
  "trustd",
  "udevd",
];
const onControlPlanes = ["etcd", "trustd"];

export const serviceDependency = nodeRule({
  id: "service-dependency",
  severity: "error",
  title: "An extension service waits for a service that does not exist",
  reason:
    "A service can wait for other services by id. One that is never registered (its extension is not in the image, its name is misspelt, or it is etcd on a worker) is waited for until Talos gives up; and so are services that wait for each other.",
  fix: "Add the extension that has the other service, or take out the one that waits.",
  rows: ["C2"],
  source: "siderolabs/talos: internal/app/machined/pkg/system/service_runner.go; pkg/conditions",
  check: (subject) => [
    ...subject.contract.services.flatMap(({ name, extension, waitsFor }) =>
      waitsFor.services.flatMap((wanted) => judgeService(subject, { name, extension, wanted })),
    ),
    ...circles(subject.contract.services),
  ],
});

/** Services that wait for each other: none of them ever begins. */
function circles(services: readonly ServiceContract[]): Finding[] {
  const waits = new Map(services.map(({ name, waitsFor }) => [`ext-${name}`, waitsFor.services]));
  const reaches = (from: string, target: string, seen: Set<string>): boolean =>
    (waits.get(from) ?? []).some((next) => {
      if (next === target) return true;
      if (seen.has(next)) return false;
      return reaches(next, target, seen.add(next));
    });
  return services
    .map(({ name, extension }) => ({ name, extension, id: `ext-${name}` }))
    .filter(({ id }) => reaches(id, id, new Set()))
    .map(({ name, extension, id }) => ({
      message: `${id} will wait for ever: it waits for ${waits.get(id)?.join(", ")}, which in the end waits for ${id}. ${looksFine}.`,
      fix: `Take ${extension} out of the image, or report the circle to its author.`,
      effects: hangs(name, `${waits.get(id)?.join(", ")}, which in the end waits for it`),
    }));
}

interface Waiting {
  name: string;
  extension: string;
  wanted: string;
}

function judgeService(subject: Subject, { name, extension, wanted }: Waiting): Finding[] {
  const { contract, unknownExtensions, profile } = subject;
  const own = contract.services.map((service) => `ext-${service.name}`);
  const absent = onControlPlanes.includes(wanted) && profile.controlPlane === false;
  if (!absent && (ofTalos.includes(wanted) || own.includes(wanted))) return [];
  if (unknownExtensions.length > 0 && wanted.startsWith("ext-"))
    return [{ effects: mayHang(name, `whether ${unknownExtensions.join(", ")} has ${wanted} is not known`) }];
  const [near] = nearest(wanted, [...own, ...ofTalos], 1);
  const meant = near === undefined || absent ? "" : ` The nearest that there is: ${near}.`;
  return [
    {
      message: `ext-${name} will wait for ever ("Waiting for ${waitText.registered(wanted)}"): this node has no service ${wanted}.${meant} ${looksFine}.`,
      fix: wanted.startsWith("ext-")
        ? `Add the extension that has the service ${wanted.slice(4)}, or take ${extension} out of the image.`
        : `Take ${extension} out of this node's image.`,
      effects: hangs(name, `the service ${wanted}, which this node does not have`),
    },
  ];
}
