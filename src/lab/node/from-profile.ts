import type { NodeInput } from "../../formation/model.ts";
import { type Subject, subjectOf } from "../../formation/subject.ts";
import type { RolesFile } from "../../roles/model.ts";
import { machineFiles } from "../../talos/config/settings.ts";
import { formationQuirks } from "../../talos/quirks.ts";
import type { ServiceSpec } from "../../talos/service-spec.ts";
import type { Clock } from "./clock.ts";
import { controllerError, controllerLine } from "./log-lines.ts";
import type { NodeConfig, NodeExtension, NodeOptions } from "./model.ts";
import { machineOfProfile } from "./profile-machine.ts";
import { simulatedMachine } from "./simulated-machine.ts";

interface Context {
  roles: RolesFile | undefined;
  clock: Clock;
}

/** A simulated node that has just the config and the image of a node that was judged; what nobody said of its machine is as on a healthy one. */
export function nodeOptionsOf(node: NodeInput, { roles, clock }: Context): NodeOptions {
  const { profile } = node;
  const subject = subjectOf(profile, roles);
  const talosVersion = profile.talos ?? profile.image.talos ?? "v1.13.6";
  const sorts = new Set(profile.image.faults.map(({ sort }) => sort));
  return {
    name: node.name ?? "n1",
    address: node.address ?? "192.168.1.10",
    arch: profile.arch ?? "arm64",
    mode: profile.platform === "container" ? "container" : "metal",
    image: {
      talosVersion,
      kernelRelease: "6.18.44-talos",
      extensions: extensionsOf(subject),
      complaints: sorts.has("cri-part")
        ? [controllerError("files.CRIConfigPartsController", "toml: expected key separator '='")]
        : profile.image.faults
            .filter(({ sort }) => sort === "service-spec")
            .map(({ service = "", detail }) =>
              controllerLine("error validating extension service spec", {
                filename: `${service}.yaml`,
                error: detail,
              }),
            ),
    },
    config: {
      controlPlane: profile.controlPlane ?? false,
      modules: subject.modules.map(({ name, parameters }) => ({ name, parameters })),
      serviceConfigs: subject.serviceDocuments.map(({ name }) => ({
        name,
        environment: [],
        configFiles: [],
      })),
      labels: {},
      ...forbiddenFileOf(subject),
    },
    features: {
      finishedCountsAsUp: formationQuirks(talosVersion)?.finishedCountsAsUp ?? true,
      moduleResource: "KernelModuleStatuses",
    },
    machine: () => simulatedMachine(machineOfProfile(subject, { node, talosVersion })),
    clock,
  };
}

const extensionsOf = ({ extensions, image }: Subject): NodeExtension[] => {
  const skipped = new Set(
    image.faults.filter(({ sort }) => sort === "service-spec").map(({ service }) => service),
  );
  return extensions.map(({ name, version = "1", contract }) => ({
    name,
    version,
    author: "",
    description: "",
    services: (contract?.services ?? [])
      .filter((one) => !skipped.has(one.name))
      .map(({ name: service, waitsFor, restart }): ServiceSpec => ({
        name: service,
        entrypoint: service,
        args: [],
        environment: [],
        mounts: [],
        waitsFor,
        restart,
      })),
  }));
};

/** The first file that `machine.files` is to make where the file system is read-only; Talos lets one such be made. */
function forbiddenFileOf({ documents }: Subject): Pick<NodeConfig, "forbiddenFile"> {
  const forbidden = machineFiles(documents).find(
    ({ op, path }) =>
      op === "create" &&
      path !== undefined &&
      !`${path.text}/`.startsWith("/var/") &&
      path.text !== "/etc/cri/conf.d/20-customization.part",
  );
  return forbidden?.path ? { forbiddenFile: forbidden.path.text } : {};
}
