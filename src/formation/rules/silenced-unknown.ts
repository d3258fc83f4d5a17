import { alternatives, nearest } from "../../roles/nearest.ts";
import { clusterRule } from "../rule.ts";

export const silencedUnknown = clusterRule({
  id: "silenced-unknown",
  severity: "warning",
  title: "A rule is silenced that does not exist",
  reason:
    "An entry of `silenced` in roles.yaml names a rule by its id. One that no rule has silences nothing: the id is misspelt, or the rule has another name by now.",
  fix: "Correct the id, or remove the entry.",
  rows: [],
  source: "the reference of roles.yaml (docs/reference/roles-yaml.md)",
  check: ({ roles, ruleIds }) =>
    (roles?.silenced ?? [])
      .filter(({ rule }) => !ruleIds.includes(rule))
      .map(({ rule, position }) => {
        const near = nearest(rule, ruleIds);
        return {
          message: `there is no rule ${rule}: this entry silences nothing.`,
          at: position,
          fix:
            near.length > 0
              ? `Did you mean ${alternatives(near)}?`
              : "`talos-roles explain` lists all rules.",
        };
      }),
});
