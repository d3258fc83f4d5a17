import type { ExtensionFault } from "../talos/extension-fault.ts";
import type { Finding } from "./rule.ts";
import type { Subject } from "./subject.ts";

/** Findings for what is wrong inside an image; `judge` words each. Without an image that was looked into there are none. */
export const faultFindings = (
  { image }: Subject,
  sort: ExtensionFault["sort"],
  judge: (fault: ExtensionFault) => Finding,
): Finding[] => image.faults.filter((fault) => fault.sort === sort).map(judge);

/** `extension drbd`, or the image itself. */
export const culprit = ({ extension }: ExtensionFault): string =>
  extension === undefined ? "the image" : `extension ${extension}`;
