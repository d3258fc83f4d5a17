import type { ClusterNode } from "../../roles/model.ts";
import { base64, type ClusterSecrets, configPair } from "./secrets.ts";

interface Surroundings {
  /** The network of the lab's switch, `10.10.0.0/24`. */
  lan: string;
  /** Address of the first control plane on it. */
  endpoint: string;
  secrets: ClusterSecrets;
}

/** This computer, which reaches the machines' APIs through forwarded ports of loopback. */
const here = "127.0.0.1";

/**
 * What a machine config of real Talos has beyond names and addresses, as `talosctl gen config` gives it: identities of the cluster, and the
 * lab's switch as the network that nodes know each other by. Every machine's other card has the same address, so nothing may choose that one.
 */
export function realConfig(
  { controlPlane }: Pick<ClusterNode, "controlPlane">,
  { lan, endpoint, secrets }: Surroundings,
): Record<string, unknown> {
  const os = configPair(secrets.os, "ed25519");
  const kubernetes = configPair(secrets.kubernetes, "p256");
  return {
    machine: {
      token: secrets.trustdToken,
      ca: controlPlane ? os : { crt: os.crt, key: "" },
      certSANs: [here],
      kubelet: { nodeIP: { validSubnets: [lan] } },
      // The disk has Talos on it already; this is asked for all the same.
      install: { disk: "/dev/vda", wipe: false },
    },
    cluster: {
      id: secrets.id,
      secret: secrets.secret,
      controlPlane: { endpoint: `https://${endpoint}:6443` },
      token: secrets.bootstrapToken,
      ca: controlPlane ? kubernetes : { crt: kubernetes.crt, key: "" },
      network: {
        dnsDomain: "cluster.local",
        cni: { name: "flannel", flannel: { extraArgs: ["--iface=eth1"] } },
      },
      ...(controlPlane ? controlPlaneParts(lan, secrets) : {}),
    },
  };
}

const controlPlaneParts = (lan: string, secrets: ClusterSecrets): Record<string, unknown> => ({
  secretboxEncryptionSecret: secrets.secretbox,
  aggregatorCA: configPair(secrets.aggregator, "p256"),
  serviceAccount: { key: base64(secrets.serviceAccountKey) },
  apiServer: { certSANs: [here] },
  etcd: { ca: configPair(secrets.etcd, "p256"), advertisedSubnets: [lan] },
  allowSchedulingOnControlPlanes: true,
});
