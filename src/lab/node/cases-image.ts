import {
  computeExtensions,
  document,
  drbd,
  drbdFails,
  extension,
  gatewayExtensions,
  modules,
  type NodeCase,
  service,
  spin,
  tailscaleDies,
  withService,
  withTailscale,
  zfs,
  zfsBehaves,
} from "./case-parts.ts";
import { controllerError, controllerLine } from "./log-lines.ts";

/** Rows A and B of the taxonomy: what is wrong with an image or a config. */
export const imageCases: Record<string, NodeCase> = {
  A1: { extensions: [drbd, zfs] },
  A2: { extensions: [...computeExtensions, extension("gvisor", "1")] },
  "A2-waiting": { extensions: gatewayExtensions },
  A4: zfsBehaves({
    kind: "cannot-start",
    stage: "task",
    message: "failed to create task: exec format error",
  }),
  A5: { machine: { modules: drbdFails("exec format error") } },
  A6: { machine: { modules: drbdFails("key was rejected by service") } },
  A8: {
    extensions: [drbd, extension("zfs", "2.4.3-v1.13.6"), spin],
    complaints: [
      controllerLine("error validating extension service spec", {
        controller: "runtime.ExtensionServiceController",
        filename: "zfs-service.yaml",
        error: "restart is required",
      }),
    ],
  },
  A9: zfsBehaves({
    kind: "cannot-start",
    stage: "pre",
    message: 'stat "/usr/local/lib/containers/zfs-service": no such file or directory',
  }),
  A10: {
    complaints: [
      controllerError("files.CRIConfigPartsController", "toml: line 3: expected key separator '='"),
    ],
    machine: { services: { cri: { kind: "blocked", by: "/etc files [cri/conf.d/cri.toml] to be ready" } } },
  },
  A12: { extensions: gatewayExtensions, fallback: computeExtensions },
  B1: { extensions: gatewayExtensions },
  B2: { extensions: gatewayExtensions, config: { serviceConfigs: [document("ext-tailscale")] } },
  B4: tailscaleDies('invalid route "10.0.0.0/99": unable to parse'),
  B5: {
    ...withService(service("agent", {})),
    afterBoot: (boot) => boot.addServiceConfig(document("agent", ["LEVEL=debug"])),
  },
  B6: withTailscale({
    services: {
      tailscale: {
        kind: "cannot-start",
        stage: "task",
        message: "failed to create task: mkdirat /etc/tailscale: read-only file system",
      },
    },
  }),
  B7: { config: { modules: modules.slice(0, 1) } },
  "B7-drbd": { config: { modules: modules.slice(1) } },
  B8: { config: { modules: [...modules, { name: "dm_crypto", parameters: [] }] } },
  B9: { config: { modules: [{ name: "drbd", parameters: [] }, ...modules.slice(1)] } },
  B11: { config: { forbiddenFile: "/etc/motd" } },
  B12: tailscaleDies("IPv6 forwarding is disabled"),
  B13: {
    extensions: gatewayExtensions,
    config: { serviceConfigs: [document("tailscale")] },
    mode: "container",
  },
  B14: {
    ...withTailscale({}),
    afterBoot: (boot) => void boot.removeServiceConfig("tailscale"),
  },
};
