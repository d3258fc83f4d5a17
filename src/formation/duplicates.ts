import type { ConfigDocument } from "../talos/config/document.ts";
import { identityOf } from "../talos/config/merge.ts";

/** Documents of which an earlier one has the same kind and name: Talos refuses them in one config. Those under a condition may be alternatives. */
export function duplicates(documents: readonly ConfigDocument[]): ConfigDocument[] {
  const seen = new Set<string>();
  return documents.filter((document) => {
    const identity = document.maybe ? undefined : identityOf(document);
    if (identity === undefined) return false;
    const isSecond = seen.has(identity);
    seen.add(identity);
    return isSecond;
  });
}
