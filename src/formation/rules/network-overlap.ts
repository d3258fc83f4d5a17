import { type Cidr, overlaps, parseCidr } from "../../talos/cidr.ts";
import { clusterSubnets, defaultSubnets, staticAddresses } from "../../talos/config/settings.ts";
import { doubtful, neverReady } from "../effects.ts";
import { type Finding, nodeRule } from "../rule.ts";
import type { Subject } from "../subject.ts";

export const networkOverlap = nodeRule({
  id: "network-overlap",
  severity: "error",
  title: "Addresses are given to two networks",
  reason:
    "Talos leaves addresses of the pod and service networks out when it looks for the node's own. A node whose address lies in one of them has no address for the kubelet, which then does not start: Talos shows the diagnostic `address-overlap`. Pod and service networks that overlap each other, or the join network, make single addresses unreachable.",
  fix: "Choose pod, service and join networks that overlap neither each other nor the local network.",
  rows: ["E4"],
  source:
    "siderolabs/talos: internal/app/machined/pkg/controllers/k8s/nodeip.go; Talos diagnostic address-overlap",
  check: (subject) => {
    const networks = networksOf(subject);
    return [...hostOverlaps(subject, networks), ...betweenNetworks(networks)];
  },
});

interface Network {
  what: "pod" | "service" | "join";
  text: string;
  cidr: Cidr;
  at?: Finding["at"];
}

function networksOf({ documents, roles }: Subject): Network[] {
  const own = (["pods", "services"] as const).flatMap((which): Network[] => {
    const { values, isDefault } = clusterSubnets(documents, which);
    const written = roles?.cluster.network[which] ?? defaultSubnets[which];
    const texts = isDefault ? written.map((text) => ({ text, at: undefined })) : values;
    return texts.flatMap(({ text, at }) => {
      const cidr = parseCidr(text);
      return cidr ? [{ what: which === "pods" ? "pod" : "service", text, cidr, at }] : [];
    });
  });
  const join = roles?.cluster.network.join;
  const cidr = join === undefined ? undefined : parseCidr(join);
  return join !== undefined && cidr ? [...own, { what: "join", text: join, cidr }] : own;
}

/** The kubelet takes any address outside the cluster's networks: only where there is none it does not start. */
function hostOverlaps({ documents }: Subject, networks: readonly Network[]): Finding[] {
  const addresses = staticAddresses(documents).map(({ text, at }) => {
    const address = parseCidr(text.split("/")[0] ?? "");
    const hit = address && networks.find(({ cidr, what }) => what !== "join" && overlaps(cidr, address));
    return { text, at, hit };
  });
  const hasOther = addresses.some(({ hit }) => !hit);
  return addresses.flatMap(({ text, at, hit }): Finding[] => {
    if (!hit) return [];
    const what = `the node's address ${text} lies in the cluster's ${hit.what} network ${hit.text}`;
    return [
      {
        message: hasOther
          ? `${what}: pods or services with addresses there cannot be reached from this node.`
          : `${what}: the kubelet finds no address of its own and does not start.`,
        severity: hasOther ? "warning" : "error",
        at,
        fix: `Choose another ${hit.what} network, or another address.`,
        effects: (hasOther ? doubtful : neverReady)(
          `its address lies in the ${hit.what} network ${hit.text}`,
        ),
      },
    ];
  });
}

const betweenNetworks = (networks: readonly Network[]): Finding[] =>
  networks.flatMap((one, index) =>
    networks
      .slice(index + 1)
      .filter((other) => other.what !== one.what && overlaps(one.cidr, other.cidr))
      .map((other) => ({
        message: `the ${one.what} network ${one.text} and the ${other.what} network ${other.text} overlap.`,
        severity: "warning",
        at: other.at ?? one.at,
        fix: `Choose another ${other.what} network.`,
        effects: doubtful(`the ${one.what} and ${other.what} networks overlap`),
      })),
  );
