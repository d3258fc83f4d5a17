import type { Rule } from "./rule.ts";
import { acceptRoutes } from "./rules/accept-routes.ts";
import { configConflict } from "./rules/config-conflict.ts";
import { configInvalid } from "./rules/config-invalid.ts";
import { containerMode } from "./rules/container-mode.ts";
import { criPart } from "./rules/cri-part.ts";
import { controlPlaneDocument } from "./rules/control-plane-document.ts";
import { etcdSubnetsRule } from "./rules/etcd-subnets.ts";
import { extensionBinary } from "./rules/extension-binary.ts";
import { extensionEmpty } from "./rules/extension-empty.ts";
import { extensionIncompatible } from "./rules/extension-incompatible.ts";
import { extensionMissing } from "./rules/extension-missing.ts";
import { extensionSurplus } from "./rules/extension-surplus.ts";
import { extensionVersion } from "./rules/extension-version.ts";
import { extensionsUnknown } from "./rules/extensions-unknown.ts";
import { imageArch } from "./rules/image-arch.ts";
import { imageSize } from "./rules/image-size.ts";
import { imageUnbootable } from "./rules/image-unbootable.ts";
import { installExtensionsRule } from "./rules/install-extensions.ts";
import { installerRemoved } from "./rules/installer-removed.ts";
import { ipv6Forwarding } from "./rules/ipv6-forwarding.ts";
import { kubespanDiscovery } from "./rules/kubespan-discovery.ts";
import { machineFilesRule } from "./rules/machine-files.ts";
import { moduleMissing } from "./rules/module-missing.ts";
import { moduleNotInImage } from "./rules/module-not-in-image.ts";
import { moduleNotLoaded } from "./rules/module-not-loaded.ts";
import { moduleParametersRule } from "./rules/module-parameters.ts";
import { moduleUnloadable } from "./rules/module-unloadable.ts";
import { networkOverlap } from "./rules/network-overlap.ts";
import { nodeIpSubnets } from "./rules/node-ip-subnets.ts";
import { nodeOnTailnet } from "./rules/node-on-tailnet.ts";
import { oneShotDependency } from "./rules/one-shot-dependency.ts";
import { patchInvalid } from "./rules/patch-invalid.ts";
import { probeNeedsTailnet } from "./rules/probe-needs-tailnet.ts";
import { roleCount } from "./rules/role-count.ts";
import { routerWithoutTailscale } from "./rules/router-without-tailscale.ts";
import { routesApproval } from "./rules/routes-approval.ts";
import { schematicDrift } from "./rules/schematic-drift.ts";
import { secretInClear } from "./rules/secret-in-clear.ts";
import { serviceConfigInvalid } from "./rules/service-config-invalid.ts";
import { serviceConfigMissing } from "./rules/service-config-missing.ts";
import { serviceConfigName } from "./rules/service-config-name.ts";
import { serviceDependency } from "./rules/service-dependency.ts";
import { serviceFileMount } from "./rules/service-file-mount.ts";
import { servicePath } from "./rules/service-path.ts";
import { serviceRootfs } from "./rules/service-rootfs.ts";
import { serviceRouteCilium } from "./rules/service-route-cilium.ts";
import { serviceSpecInvalid } from "./rules/service-spec-invalid.ts";
import { serviceVariable } from "./rules/service-variable.ts";
import { serviceWithoutExtension } from "./rules/service-without-extension.ts";
import { silencedUnknown } from "./rules/silenced-unknown.ts";
import { subnetRouterTwice } from "./rules/subnet-router-twice.ts";
import { subnetRoutes } from "./rules/subnet-routes.ts";
import { tailnetOverlap } from "./rules/tailnet-overlap.ts";
import { tailscaleAuthOnce } from "./rules/tailscale-auth-once.ts";
import { tailscaleLogin } from "./rules/tailscale-login.ts";
import { tailscaleRoutes } from "./rules/tailscale-routes.ts";
import { talosUnsupported } from "./rules/talos-unsupported.ts";
import { versionSkew } from "./rules/version-skew.ts";

/** What Talos would refuse, what keeps a node from starting. */
const config = [
  configInvalid,
  serviceConfigInvalid,
  configConflict,
  controlPlaneDocument,
  patchInvalid,
  machineFilesRule,
  networkOverlap,
  kubespanDiscovery,
  installerRemoved,
  installExtensionsRule,
];

/** What extension services wait for. */
const services = [
  containerMode,
  serviceConfigMissing,
  serviceConfigName,
  serviceWithoutExtension,
  serviceFileMount,
  moduleMissing,
  servicePath,
  serviceDependency,
  oneShotDependency,
  probeNeedsTailnet,
];

const modules = [moduleNotLoaded, moduleNotInImage, moduleParametersRule];

/** What is in the image, and what is wrong inside it. */
const image = [
  extensionsUnknown,
  extensionMissing,
  extensionSurplus,
  extensionVersion,
  extensionEmpty,
  extensionIncompatible,
  extensionBinary,
  moduleUnloadable,
  serviceSpecInvalid,
  serviceRootfs,
  criPart,
  imageArch,
  imageSize,
  imageUnbootable,
  talosUnsupported,
  schematicDrift,
];

const tailscale = [
  routerWithoutTailscale,
  tailscaleLogin,
  tailscaleAuthOnce,
  tailscaleRoutes,
  serviceVariable,
  subnetRoutes,
  routesApproval,
  serviceRouteCilium,
  ipv6Forwarding,
  acceptRoutes,
  tailnetOverlap,
  nodeIpSubnets,
  etcdSubnetsRule,
  nodeOnTailnet,
  secretInClear,
];

const cluster = [roleCount, subnetRouterTwice, versionSkew, silencedUnknown];

/** Every rule, in the order in which findings and reasons are best read. */
export const rules: readonly Rule[] = [
  ...config,
  ...services,
  ...modules,
  ...image,
  ...tailscale,
  ...cluster,
];
