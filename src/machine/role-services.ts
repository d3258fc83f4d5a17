import type { ServiceSetting } from "../roles/model.ts";
import type { Contract } from "../talos/contract.ts";
import type { MachinePatches, MachineRequest } from "./model.ts";
import { tailscaleService, tailscaleSettings } from "./tailscale.ts";

/** Settings of the extension services of a role. What roles.yaml says of tailscale comes on top of what `subnetRouter` means. */
export function roleServices({
  role,
  node,
  contract,
}: Pick<MachineRequest, "role" | "node" | "contract">): Record<string, ServiceSetting> {
  const { [tailscaleService]: own, ...others } = role.services;
  const hasTailscale = contract.services.some(({ name }) => name === tailscaleService);
  if (!hasTailscale && !role.subnetRouter) return role.services;
  return { [tailscaleService]: merged(tailscaleSettings(role, node), own), ...others };
}

const merged = (usual: ServiceSetting, own: ServiceSetting | undefined): ServiceSetting => ({
  environment: { ...usual.environment, ...own?.environment },
  files: [...usual.files, ...(own?.files ?? [])],
});

/** Services that wait for a document, and of which nothing is known to write into one. */
export const unansweredServices = (
  contract: Contract,
  services: Record<string, ServiceSetting>,
): MachinePatches["unanswered"] =>
  contract.services
    .filter(({ name, waitsFor }) => waitsFor.configuration && !Object.hasOwn(services, name))
    .map(({ name, extension }) => ({ service: name, extension }));
