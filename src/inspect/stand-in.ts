import { type Notice, notice } from "./notice.ts";

/** Stand-ins say in words what they are, in a description, a label or os-release. */
export const isStandIn = (texts: readonly string[]): boolean =>
  texts.some((text) => /\bstand-in\b/i.test(text));

export const standInNotice = (what: string): Notice =>
  notice("info", "stand-in", `${what} is a stand-in, not the real one: for trying things out only`);
