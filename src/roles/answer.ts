/** One of the three answers to "is this node ready?": Kubernetes node Ready, Talos boot completes, role functional. */
export interface Answer {
  /** `unknown` is an answer of its own: it never counts as yes or as no. */
  answer: "yes" | "no" | "unknown";
  reasons: string[];
}

/** The three answers for one node: a prediction before it exists, a verdict once it was observed. */
export interface ThreeAnswers {
  kubernetesReady: Answer;
  bootCompletes: Answer;
  roleFunctional: Answer;
}

export const yes = (...reasons: string[]): Answer => ({ answer: "yes", reasons });
export const no = (...reasons: string[]): Answer => ({ answer: "no", reasons });
export const unknown = (...reasons: string[]): Answer => ({ answer: "unknown", reasons });
