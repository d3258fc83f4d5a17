import { valueOr } from "../observation.ts";
import type { Cause, Row } from "./cause.ts";
import { bootWaits } from "./waiting.ts";

/** C5, C6: the network is not there, or a probe of the machine config says so. */
const network: Row = ({ observation }) => {
  const { network: flags } = observation;
  if (!flags.known) return [];
  const missing = Object.entries(flags.value)
    .filter(([, ok]) => !ok)
    .map(([name]) => name);
  if (missing.length === 0) return [];
  const onlyConnectivity = missing.length === 1 && missing[0] === "connectivity";
  const failed = valueOr(observation.probes, []).filter(({ success }) => !success);
  if (onlyConnectivity && failed.length > 0) return [probeFails(failed)];
  return [
    {
      row: "C5",
      ...(onlyConnectivity && !observation.probes.known ? { orElse: ["C6"] } : {}),
      title: `the network lacks: ${missing.join(", ")}`,
      chain: [
        `this node has no ${missing.join(", no ")}`,
        "services that wait for the network do not start",
        ...bootWaits("them"),
      ],
      evidence: [{ source: "NetworkStatus", text: `false: ${missing.join(", ")}` }],
      blocksBoot: true,
      blocksKubernetes: !onlyConnectivity,
      advice: onlyConnectivity
        ? "There is no default route: give the machine config one, or the network a gateway."
        : "Check cabling, DHCP or the addresses in the machine config.",
    },
  ];
};

const probeFails = (failed: readonly { name: string; error: string }[]): Cause => ({
  row: "C6",
  title: `a connectivity probe fails: ${failed.map(({ name }) => name).join(", ")}`,
  chain: [
    `the machine config has probes, and ${failed.map(({ name }) => name).join(", ")} does not succeed`,
    "Talos calls the network disconnected until all of them do",
    "services that wait for connectivity do not start",
    ...bootWaits("them"),
  ],
  evidence: failed.map(({ name, error }) => ({ source: "ProbeStatus", text: `${name}: ${error}` })),
  blocksBoot: true,
  blocksKubernetes: false,
  advice: "Make the probe's target reachable from this node, or correct its document (kind TCPProbeConfig).",
});

/** C7: the clock is not synchronised. */
const time: Row = ({ observation }) =>
  observation.timeSynced.known && !observation.timeSynced.value
    ? [
        {
          row: "C7",
          title: "the clock is not synchronised",
          chain: ["no time server answers", "kubelet and etcd wait for the time", ...bootWaits("them")],
          evidence: [{ source: "TimeStatus", text: "synced: false" }],
          blocksBoot: true,
          blocksKubernetes: true,
          patch: "machine:\n  time:\n    servers:\n      - ${TIME_SERVER}\n",
        },
      ]
    : [];

/** C13: the volume that everything stands on is not there. */
const volume: Row = ({ observation }) =>
  valueOr(observation.volumes, [])
    .filter(
      ({ name, phase }) =>
        ["EPHEMERAL", "STATE"].includes(name) && ["failed", "missing", "waiting"].includes(phase),
    )
    .map(({ name, phase, error }): Cause => ({
      row: "C13",
      title: `volume ${name} is not mounted`,
      chain: [
        `volume ${name} is in phase ${phase}${error === "" ? "" : `: ${error}`}`,
        "the container runtime and the kubelet keep their data there and do not start",
        ...bootWaits("them"),
      ],
      evidence: [{ source: "VolumeStatus", text: `${name}: ${phase}${error === "" ? "" : `, ${error}`}` }],
      blocksBoot: true,
      blocksKubernetes: true,
      advice:
        "See its disk: `talosctl get discoveredvolumes` and `talosctl dmesg`; a full or broken disk has to be replaced or wiped.",
    }));

/** C9: Talos' own container runtime is down, and with it every extension service. */
const containerd: Row = ({ observation }) =>
  valueOr(observation.services, [])
    .filter(({ id, state }) => id === "containerd" && state !== "Running")
    .map(({ id, state, events }): Cause => ({
      row: "C9",
      service: id,
      title: `containerd is ${state}`,
      chain: [
        `Talos' own container runtime is ${state}`,
        "every extension service, cri and the kubelet wait for it",
        ...bootWaits("them"),
      ],
      evidence: [{ source: "service containerd", text: events.at(-1)?.message ?? state }],
      blocksBoot: true,
      blocksKubernetes: true,
      advice: "See `talosctl logs containerd` and `talosctl dmesg`; a reboot is the first thing to try.",
    }));

/** C8: the container runtime of Kubernetes is down, where no extension service is there to wait for it. */
const cri: Row = ({ observation }) =>
  valueOr(observation.services, [])
    .filter(({ id, state }) => id === "cri" && ["Failed", "Finished", "Stopping"].includes(state))
    .map(({ id, state, events }): Cause => ({
      row: "C8",
      orElse: ["A10", "C13"],
      service: id,
      title: `cri is ${state}`,
      chain: [
        `the container runtime (cri) is ${state}`,
        "the kubelet waits for it: the Kubernetes node never becomes ready",
        ...bootWaits("them"),
      ],
      evidence: [{ source: "service cri", text: events.at(-1)?.message ?? state }],
      blocksBoot: true,
      blocksKubernetes: true,
      advice: "See `talosctl logs cri` and `talosctl dmesg`.",
    }));

export const environmentRows: Row[] = [network, time, volume, containerd, cri];
