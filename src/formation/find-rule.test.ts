import { describe, expect, it } from "vitest";
import { findRule } from "./find-rule.ts";
import { rules } from "./rules.ts";

const refusal = (id: string) => {
  try {
    return findRule(id);
  } catch (error) {
    return error;
  }
};

describe("findRule", () => {
  it("finds each rule by its id", () => {
    expect(rules.map(({ id }) => findRule(id))).toEqual(rules);
  });

  it("names the nearest ids where there is none, or where all of them are listed", () => {
    expect(refusal("role-cuont")).toMatchObject({
      code: "USAGE",
      message: "there is no rule role-cuont",
      hint: "Did you mean `role-count`?",
    });
    expect(refusal("x")).toMatchObject({ hint: "`talos-roles explain` lists all rules." });
  });
});
