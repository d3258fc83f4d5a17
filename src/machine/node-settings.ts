import { parseCidr } from "../talos/cidr.ts";
import { installerReference } from "../roles/names.ts";
import type { MachineRequest, NodeSettings } from "./model.ts";
import { roleModules } from "./role-modules.ts";
import { roleServices } from "./role-services.ts";
import { hasSpin, spinIsPartial, spinLabel, spinRuntimeClass } from "./runtime-class.ts";
import { tailnet, tailscaleService } from "./tailscale.ts";

/** Everything that a node of the role needs from its machine config. */
export function nodeSettings(request: MachineRequest): NodeSettings {
  const { file, role, node } = request;
  const services = roleServices(request);
  const arch = node?.arch ?? request.arch ?? role.arch[0] ?? "arm64";
  const spin = hasSpin(role);
  const tailscale = services[tailscaleService]?.environment;
  // Only a tailscaled that forwards through the kernel makes an address on the node.
  const subnets = tailscale && tailscale["TS_USERSPACE"] !== "true" ? ownSubnets(request) : [];
  const isControlPlane = node?.controlPlane ?? request.controlPlane ?? false;
  return {
    installImage: installerReference(file, { role: role.name, arch }),
    modules: roleModules(request),
    services,
    labels: { ...(spin && spinIsPartial(file) ? spinLabel : {}), ...role.labels },
    sysctls: { ...forwarding(request), ...role.sysctls },
    registries: file.cluster.registries,
    validSubnets: subnets,
    etcdSubnets: isControlPlane ? subnets : [],
    manifests: spin ? [spinRuntimeClass(file)] : [],
  };
}

const isIpv6 = (cidr: string): boolean => parseCidr(cidr)?.family === 6;

/** A router in the kernel forwards; Talos sets IPv4 forwarding by itself and IPv6 forwarding never (facts: talos-readiness §4.2). */
function forwarding({ role: { subnetRouter } }: MachineRequest): Record<string, string> {
  if (!subnetRouter || subnetRouter.mode === "userspace") return {};
  return {
    "net.ipv4.ip_forward": "1",
    ...(subnetRouter.routes.some(isIpv6) ? { "net.ipv6.conf.all.forwarding": "1" } : {}),
  };
}

/**
 * Where a node with tailscale takes its own address from: without this the address of tailscale0 may become the kubelet's or etcd's
 * (facts: talos-readiness §4.3). A node of the inventory has its own address; else everything but the tailnet.
 */
function ownSubnets({ file, node }: MachineRequest): string[] {
  const { pods } = file.cluster.network;
  const families = new Set(pods.map((cidr) => (isIpv6(cidr) ? 6 : 4)));
  const own = node === undefined ? undefined : node.address.includes(":") ? 6 : 4;
  if (node && own) {
    families.delete(own);
    return [`${node.address}/${own === 6 ? 128 : 32}`, ...outside(families)];
  }
  return outside(families);
}

/** Positive matches first: those with `!` take away from them. */
const outside = (families: ReadonlySet<4 | 6>): string[] => [
  ...(families.has(4) ? ["0.0.0.0/0"] : []),
  ...(families.has(6) ? ["::/0"] : []),
  ...(families.has(4) ? [`!${tailnet.ipv4}`] : []),
  ...(families.has(6) ? [`!${tailnet.ipv6}`] : []),
];
