import type { FormationQuirks } from "../talos/quirks.ts";
import { deletion, registryDocument } from "./documents.ts";
import { defined } from "../roles/inherit.ts";
import type { MachinePatch, NodeSettings } from "./model.ts";
import { moduleDocuments } from "./modules.ts";

interface Form {
  settings: NodeSettings;
  /** ExtensionServiceConfig documents. */
  services: readonly object[];
  quirks: Pick<FormationQuirks, "registriesAreDocuments">;
  append: boolean;
}

/**
 * The settings in `machine` and `cluster`, as Talos up to 1.13 has them. Its merge appends lists, and a deletion of a document or path that is
 * not there fails: so what may not be there yet is taken out by a second patch only (Talos 1.13.9: configpatcher, decoder).
 */
export function v1alpha1Patches({ settings, services, quirks, append }: Form): MachinePatch[] {
  const registries = quirks.registriesAreDocuments
    ? Object.entries(settings.registries).map(registryDocument)
    : [];
  const lists = rootLists(settings, quirks);
  const [kernel] = moduleDocuments(settings.modules, { asDocuments: false });
  const named = [...registries, ...services];
  const patch = [
    // The field is there in every config, so that its deletion finds it.
    ...(kernel && !append ? [{ machine: { kernel: removed } }] : []),
    joined([kernel ?? {}, mapsOf(settings), lists.set]),
    ...named,
  ].filter(hasContent);
  const again = [lists.clear, lists.set, ...named.flatMap((one) => [deletion(one), one])].filter(hasContent);
  return [
    { name: "patch", documents: patch },
    ...(append || again.length === 0 ? [] : [{ name: "again" as const, documents: again }]),
  ];
}

const removed = { $patch: "delete" } as const;
const hasContent = (document: object): boolean => Object.keys(document).length > 0;

/** Settings that merge to the same when they are merged twice. */
const mapsOf = ({ installImage, labels, sysctls }: NodeSettings): object => ({
  machine: {
    install: { image: installImage },
    ...(hasContent(labels) ? { nodeLabels: labels } : {}),
    ...(hasContent(sysctls) ? { sysctls } : {}),
  },
});

/** Lists inside the root document, and the patch that takes them out. */
function rootLists(
  { validSubnets, etcdSubnets, registries }: NodeSettings,
  { registriesAreDocuments }: Form["quirks"],
): { set: object; clear: object } {
  const mirrors = registriesAreDocuments ? [] : Object.entries(registries);
  const part = (wrap: {
    nodeIP: object;
    subnets: unknown;
    mirror: (endpoints: string[]) => object;
  }): object => {
    const machine = defined({
      kubelet: validSubnets.length > 0 ? { nodeIP: wrap.nodeIP } : undefined,
      registries:
        mirrors.length > 0
          ? {
              mirrors: Object.fromEntries(mirrors.map(([host, endpoints]) => [host, wrap.mirror(endpoints)])),
            }
          : undefined,
    });
    const cluster = etcdSubnets.length > 0 ? { etcd: { advertisedSubnets: wrap.subnets } } : undefined;
    return { ...(hasContent(machine) ? { machine } : {}), ...defined({ cluster }) };
  };
  return {
    set: part({
      nodeIP: { validSubnets },
      subnets: etcdSubnets,
      mirror: (endpoints) => ({ endpoints }),
    }),
    clear: part({ nodeIP: removed, subnets: removed, mirror: () => removed }),
  };
}

/** Documents with `machine` and `cluster` as one. */
function joined(parts: readonly { machine?: object; cluster?: object }[]): object {
  const merged = (key: "machine" | "cluster"): object => Object.assign({}, ...parts.map((part) => part[key]));
  return {
    ...(hasContent(merged("machine")) ? { machine: merged("machine") } : {}),
    ...(hasContent(merged("cluster")) ? { cluster: merged("cluster") } : {}),
  };
}
