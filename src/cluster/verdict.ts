import { type Answer, no, type ThreeAnswers, unknown, yes } from "../roles/answer.ts";
import type { Case, Cause } from "./causes/cause.ts";
import { findCauses } from "./causes/find.ts";
import { extensionServices, wasUp } from "./causes/waiting.ts";
import { openQuestions, shortcomings } from "./functional.ts";
import type { Observation } from "./observation.ts";

/** The three answers observed on a live node, with every cause that was found. */
export interface Verdict extends ThreeAnswers {
  causes: Cause[];
}

/** Judges one node from what was observed. Pure: the same case gives the same verdict. */
export function verdictOf(one: Case): Verdict {
  const causes = findCauses(one);
  return {
    kubernetesReady: kubernetesReady(one, causes),
    bootCompletes: bootCompletes(one.observation, causes),
    roleFunctional: roleFunctional(one, causes),
    causes,
  };
}

const titles = (causes: Cause[]): string[] => [...new Set(causes.map(({ title }) => title))];

function kubernetesReady({ observation: { kubernetes }, kubernetesMessage }: Case, causes: Cause[]): Answer {
  const blocking = titles(causes.filter((cause) => cause.blocksKubernetes));
  if (!kubernetes.known) return blocking.length > 0 ? no(...blocking) : unknown(kubernetes.reason);
  if (kubernetes.value.ready) return yes();
  const said = kubernetesMessage === undefined ? "" : `: ${kubernetesMessage}`;
  return no(...blocking, `its Kubernetes node is not ready${said}`);
}

function bootCompletes(observation: Observation, causes: Cause[]): Answer {
  const { machine } = observation;
  if (!machine.known) return unknown(machine.reason);
  const blocking = titles(causes.filter((cause) => cause.blocksBoot));
  switch (machine.value.stage) {
    case "running":
      return failedUnseen(observation)
        ? no(...blocking, "its boot has just failed, and the node is about to reboot")
        : yes();
    case "booting":
      return blocking.length > 0
        ? no(...blocking)
        : unknown("it is still booting, and nothing seen so far keeps it from completing");
    case "rebooting":
      return blocking.length > 0 ? no(...blocking, "it is rebooting") : unknown("it is rebooting");
    default:
      return unknown(`it is in stage ${machine.value.stage}`);
  }
}

/**
 * After 70 minutes Talos ends the boot first and says only then that it failed, so a node shows `running` for a moment. A completed boot
 * has seen every service up once.
 */
const failedUnseen = (observation: Observation): boolean =>
  extensionServices(observation).some((service) => service.state === "Waiting" && !wasUp(service));

function roleFunctional(one: Case, causes: Cause[]): Answer {
  const bad = [...new Set([...titles(causes), ...shortcomings(one, causes)])];
  if (bad.length > 0) return no(...bad);
  const open = openQuestions(one);
  return open.length > 0 ? unknown(...open) : yes();
}
