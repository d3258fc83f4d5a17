import { type Answer, type ThreeAnswers, yes } from "../roles/answer.ts";
import type { Prediction } from "./model.ts";
import type { Effects } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** The three answers: `no` where any rule says so, else `unknown` where any does, else `yes`. Every answer has its reasons. */
export function predictionFor(
  subject: Subject,
  effects: readonly Effects[],
): Omit<Prediction, "node" | "role"> {
  const fold = (key: keyof ThreeAnswers, otherwise: () => string[]): Answer => {
    const given = effects.flatMap((one) => one[key] ?? []);
    for (const answer of ["no", "unknown"] as const) {
      const reasons = given.filter((one) => one.answer === answer).flatMap((one) => one.reasons);
      if (reasons.length > 0) return { answer, reasons: [...new Set(reasons)] };
    }
    return yes(...otherwise());
  };
  return {
    kubernetesReady: fold("kubernetesReady", () => ["the kubelet waits for no extension service"]),
    bootCompletes: fold("bootCompletes", () => bootReasons(subject)),
    roleFunctional: fold("roleFunctional", () => ["nothing that its extensions need is missing"]),
    basis: basisOf(subject),
  };
}

function bootReasons({ contract }: Subject): string[] {
  if (contract.services.length === 0) return ["no extension in the image has a service to wait for"];
  return contract.services.map(({ name }) => `ext-${name} gets all that it waits for`);
}

function basisOf({ image, extensions }: Subject): string {
  if (!image.extensions) return image.source;
  const names = extensions.map(({ name }) => name).join(", ") || "none";
  const contracts = {
    lock: "the lock",
    registry: "their images",
    image: "the image itself",
    table: "the built-in table of official extensions",
  };
  const from =
    image.contractSource && extensions.length > 0
      ? `; contracts from ${contracts[image.contractSource]}`
      : "";
  return `extensions ${names}: ${image.source}${from}`;
}
