import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judge } from "../../src/formation/judge.ts";
import type { Formation, NodeInput, Prediction } from "../../src/formation/model.ts";
import { modulesOf } from "../../src/talos/config/modules.ts";
import { corpus, type CorpusEntry } from "../formation/corpus.ts";
import { powerOn, type PowerOn } from "./power-on.ts";

// The whole corpus of `check`: each node of it is powered on as a simulated node with the config and the image that were judged, and what
// `verify` says of it is held against what was predicted.
const parts = ["clusters", "rules", "recipes", "shapes"] as const;
const entries = corpus();

let verdictFor: PowerOn;
beforeAll(async () => {
  verdictFor = await powerOn();
});

const questions = ["kubernetesReady", "bootCompletes", "roleFunctional"] as const;

/** How often something was compared, and how often it was not, by the reason. */
const compared = new Map<string, number>();
const left = new Map<string, number>();
const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const open = "the prediction leaves it open";
const noImage = "nothing is known of its image, so there is nothing to power on";

/** What makes no node to look at, by the rule that says so. */
const noNode: Record<string, string> = {
  "config-invalid": "Talos refuses the config (B3, B10)",
  "config-conflict": "Talos refuses the config (B3, B10)",
  "service-config-invalid": "Talos refuses the config (B3, B10)",
  "patch-invalid": "Talos refuses the config (B3, B10)",
  "control-plane-document": "Talos refuses the config (B3, B10)",
  "kubespan-discovery": "Talos refuses the config (B3, B10)",
  "image-arch": "the image does not boot, or cannot be made or installed (A3, A7, A11)",
  "image-size": "the image does not boot, or cannot be made or installed (A3, A7, A11)",
  "image-unbootable": "the image does not boot, or cannot be made or installed (A3, A7, A11)",
  "extension-incompatible": "the image does not boot, or cannot be made or installed (A3, A7, A11)",
  "installer-removed": "the image does not boot, or cannot be made or installed (A3, A7, A11)",
};

/** A broken file that no service is made of, or a module that no config loads, is in the image and nowhere else. */
const unseen = "only the image shows it";
function isUnseen({ profile: { image, config } }: NodeInput): boolean {
  const wanted = new Set(modulesOf(config.documents).map(({ name }) => name));
  const modules = (image.extensions ?? []).flatMap(({ contract }) => contract?.modules ?? []);
  const quiet = ["binary-arch", "service-spec", "module-signature"];
  return (
    image.faults.some(({ sort, service }) => service === undefined && quiet.includes(sort)) ||
    (modules.length > 0 && modules.every(({ name }) => !wanted.has(name)))
  );
}

function whyNot(node: NodeInput, { diagnostics }: Formation): string | undefined {
  if (!node.profile.image.extensions) return noImage;
  return diagnostics
    .filter((one) => one.severity === "error" && (one.node === node.name || one.node === null))
    .map(({ rule }) => noNode[rule])
    .find((reason) => reason !== undefined);
}

async function compare({ part, name, input: read }: CorpusEntry): Promise<string[]> {
  const input = await read();
  const formation = judge(input);
  const differences: string[] = [];
  for (const [at, node] of input.nodes.entries()) {
    const predicted = formation.predictions[at];
    const reason = predicted ? whyNot(node, formation) : "it was not predicted";
    if (reason !== undefined || !predicted) {
      count(left, reason ?? "");
      continue;
    }
    differences.push(...(await differencesOf({ part, node, predicted }, input.roles)));
  }
  return differences.map((one) => `${name}: ${one}`);
}

type Judged = { part: string; node: NodeInput; predicted: Prediction };

async function differencesOf(
  { part, node, predicted }: Judged,
  roles: Parameters<PowerOn>[1],
): Promise<string[]> {
  const verdict = await verdictFor(node, roles);
  return questions.flatMap((question) => {
    const [before, after] = [predicted[question].answer, verdict[question].answer];
    if (before === "unknown") {
      count(left, open);
      return [];
    }
    // Only what nothing on a node can show may stay open where a prediction is sure: approval of routes, a boot that goes on.
    const otherwise = question === "roleFunctional" ? "yes" : "no";
    const seen = after === "unknown" ? otherwise : after;
    if (seen !== before && question === "roleFunctional" && before === "no" && isUnseen(node)) {
      count(left, unseen);
      return [];
    }
    count(compared, `${part} ${before}`);
    if (seen === before) return [];
    const why = [...predicted[question].reasons, "but", ...verdict[question].reasons].join("; ");
    return [`${node.name} ${question}: predicted ${before}, seen ${after}: ${why}`];
  });
}

describe.each(parts)("predictions and verdicts agree on %s", (part) => {
  it.each(entries.filter((one) => one.part === part))("$name", async (entry) => {
    expect(await compare(entry)).toEqual([]);
  });
});

afterAll(() => {
  const table = (counts: Map<string, number>) =>
    [...counts].map(([what, times]) => `  ${String(times).padStart(4)}  ${what}\n`).join("");
  process.stderr.write(`answers compared:\n${table(compared)}left out:\n${table(left)}`);
  // Each part of the corpus is there, with what goes well and what does not.
  for (const part of parts) expect(compared.get(`${part} yes`)).toBeGreaterThan(80);
  for (const part of ["clusters", "rules", "recipes"]) expect(compared.get(`${part} no`)).toBeGreaterThan(25);
  // And hardly anything gets by: a reason that grows is looked at.
  const reasons = new Set([...Object.values(noNode), unseen, open, noImage]);
  expect([...left.keys()].filter((reason) => !reasons.has(reason))).toEqual([]);
  expect(left.get(unseen) ?? 0).toBeLessThanOrEqual(4);
  expect(left.get(noImage) ?? 0).toBeLessThanOrEqual(10);
});
