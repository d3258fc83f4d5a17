import { valueOr } from "../observation.ts";
import type { Case, Cause, Evidence, Row, SeenBoot } from "./cause.ts";
import { bootWaits, serviceEvidence, surplusServices, virtualLayers } from "./waiting.ts";

const installed = ({ observation }: Case) =>
  valueOr(observation.extensions, []).filter(({ name }) => !virtualLayers.has(name));

const installAgain = (role: string) =>
  `Upgrade the node to the image of role ${role}: \`talos-roles config --commands\` prints the line.`;

const lacking = ({ expected }: Case, names: ReadonlySet<string>): string[] =>
  expected.extensions.filter(({ name }) => !names.has(name)).map(({ name }) => name);

/** The boot before this one in which the node had all that it now lacks: an upgrade that Talos took back. */
const bootBeforeRollback = (one: Case): SeenBoot | undefined =>
  one.boots
    .slice(0, -1)
    .findLast(({ extensions }) => lacking(one, new Set(Object.keys(extensions))).length === 0);

/** A1 and A12: an extension of the role is not in the image that runs. Which of both it is, only an earlier boot can tell. */
const missingExtension: Row = (one) => {
  if (!one.observation.extensions.known) return [];
  const missing = lacking(one, new Set(installed(one).map(({ name }) => name)));
  if (missing.length === 0) return [];
  const before = bootBeforeRollback(one);
  return [before ? rolledBack(one, { missing, before }) : absent(one, missing)];
};

const rolledBack = (one: Case, { missing, before }: { missing: string[]; before: SeenBoot }): Cause => ({
  row: "A12",
  title: `rolled back: ${missing.join(", ")} is gone again`,
  chain: [
    `boot ${before.bootId} had ${missing.join(", ")}, and did not complete`,
    "Talos failed that boot after 70 minutes and went back to the image before the upgrade, in silence",
    `role ${one.expected.role} cannot work here`,
  ],
  evidence: [
    extensionEvidence(one),
    {
      source: "BootID",
      text: `${one.boots.length} boots were seen; ${before.bootId} had ${Object.keys(before.extensions).join(", ")}`,
    },
  ],
  blocksBoot: false,
  blocksKubernetes: false,
  advice: `Find out with \`talos-roles check\` why the new image does not boot, mend its config first, then upgrade again. ${installAgain(one.expected.role)}`,
});

const absent = (one: Case, missing: string[]): Cause => ({
  row: "A1",
  orElse: ["A12"],
  title: `${missing.join(", ")} is not in this node's image`,
  chain: [
    `this node runs an image without ${missing.join(", ")}: it never had the role's image, or an upgrade was rolled back before anybody looked`,
    `role ${one.expected.role} cannot work here`,
  ],
  evidence: [extensionEvidence(one)],
  blocksBoot: false,
  blocksKubernetes: false,
  advice: installAgain(one.expected.role),
});

const extensionEvidence = (one: Case): Evidence => ({
  source: "ExtensionStatus",
  text: `installed: ${
    installed(one)
      .map(({ name, version }) => `${name} ${version}`)
      .join(", ") || "none"
  }`,
});

/** A2: an extension that the role does not have is in the image. What its service waits for is then not what has to be mended. */
const surplusExtension: Row = (one) => {
  const wanted = new Set(one.expected.extensions.map(({ name }) => name));
  const surplus = installed(one)
    .filter(({ name }) => !wanted.has(name))
    .map(({ name }) => name);
  if (surplus.length === 0) return [];
  const stuck = surplusServices(one);
  return [
    {
      row: "A2",
      title: `${surplus.join(", ")} is in the image but not in role ${one.expected.role}`,
      chain: [
        `this node runs an image with ${surplus.join(", ")}`,
        `role ${one.expected.role} does not have it, so nothing configures it`,
        ...stuck.flatMap(({ id }) => [`${id} waits`, ...bootWaits(id)]),
      ],
      evidence: [extensionEvidence(one), ...stuck.map(serviceEvidence)],
      blocksBoot: stuck.length > 0,
      blocksKubernetes: false,
      advice: installAgain(one.expected.role),
    },
  ];
};

/** E6: an extension or Talos itself in another version than the lock or record has. */
const otherVersion: Row = (one) => {
  const found = new Map(installed(one).map(({ name, version }) => [name, version]));
  const different = one.expected.extensions.flatMap(({ name, version }) => {
    const has = found.get(name);
    return version === undefined || has === undefined || has === version
      ? []
      : [`${name} is ${has}, not ${version}`];
  });
  const { version } = one.observation;
  if (version.known && version.value.talos !== "" && version.value.talos !== one.expected.talosVersion)
    different.unshift(`Talos is ${version.value.talos}, not ${one.expected.talosVersion}`);
  if (different.length === 0) return [];
  return [
    {
      row: "E6",
      title: different.join("; "),
      chain: [
        different.join("; "),
        `this node does not run the image that role ${one.expected.role} is locked to`,
      ],
      evidence: [extensionEvidence(one)],
      blocksBoot: false,
      blocksKubernetes: false,
      advice: installAgain(one.expected.role),
    },
  ];
};

export const imageRows: Row[] = [missingExtension, surplusExtension, otherVersion];
