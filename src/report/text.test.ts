import { describe, expect, it } from "vitest";
import { RolesError } from "../errors.ts";
import { diagnostic } from "../roles/diagnostic.ts";
import { parseRoles } from "../roles/load.ts";
import { checkReport } from "./check.ts";
import { codeFrame } from "./code-frame.ts";
import { errorReport } from "./error.ts";
import { githubDiagnostics } from "./github.ts";
import { redact } from "./redact.ts";
import { amountText, textDiagnostics } from "./text.ts";

const finding = diagnostic({
  rule: "role-count",
  severity: "error",
  message: "two have it, 100% of them:\nn1, n2",
  position: { file: "a,b.yaml", line: 2, column: 3 },
  role: "gateway",
  fix: "Give one another role.",
});

describe("redact", () => {
  it.each([
    ["authKey: tskey-auth-kXYZ", "authKey: …"],
    ["  - TS_AUTHKEY=tskey-auth-kXYZ", "  - TS_AUTHKEY=…"],
    ["{token: abc.def, name: n1}", "{token: …, name: n1}"],
    ['key: "two words"', "key: …"],
    ["secret: two words # why", "secret: …# why"],
    ["authKey: {env: TS_AUTHKEY}", "authKey: {env: TS_AUTHKEY}"],
    ["key: |", "key: |"],
    [`    ${"LS0tLS1CRUdJTi".repeat(4)}`, "    …"],
    ["use tskey-client-x now", "use … now"],
    ["extensions: [drbd, zfs]", "extensions: [drbd, zfs]"],
  ])("%j → %j", (line, shown) => {
    expect(redact(line)).toBe(shown);
  });
});

describe("codeFrame", () => {
  it("shows the line and the one before, with a caret below the column", () => {
    expect(codeFrame("a: 1\r\nbcd: 2\r\n", { line: 2, column: 4 })).toBe("1 │ a: 1\n2 │ bcd: 2\n  │    ^\n");
  });

  it("keeps the caret in place behind a hidden secret, wide letters and tabs", () => {
    expect(codeFrame("{token: abcdef, x: 1}", { line: 1, column: 17 })).toBe(
      "1 │ {token: …, x: 1}\n  │            ^\n",
    );
    expect(codeFrame("漢字: x", { line: 1, column: 5 })).toBe("1 │ 漢字: x\n  │       ^\n");
  });

  it("lets no control character through, and cuts long lines", () => {
    expect(codeFrame("a\u001B[2Jb", { line: 1, column: 1 })).toBe("1 │ a?[2Jb\n  │ ^\n");
    expect(codeFrame("x y ".repeat(100), { line: 1, column: 300 }, 20)).toBe("1 │ x y x y x y x y x y…\n");
  });

  it("is empty for a place that the text does not have", () => {
    expect(codeFrame("a", { line: 9, column: 1 })).toBe("");
  });
});

describe("diagnostics as text", () => {
  it("have rule, place, reason, line and fix", () => {
    expect(textDiagnostics([finding], { sourceOf: () => "roles:\n  gateway:\n" }))
      .toBe(`error role-count  a,b.yaml:2:3  role gateway
  two have it, 100% of them:
  n1, n2
  1 │ roles:
  2 │   gateway:
    │   ^
  fix: Give one another role.
`);
  });

  it("show a document as fix with its indentation kept", () => {
    const fix = "machine:\n  kernel: {}\n";
    expect(textDiagnostics([diagnostic({ rule: "a", severity: "info", message: "m", fix })])).toBe(
      "info a\n  m\n  fix:\n    machine:\n      kernel: {}\n",
    );
  });

  it("do without a place or a source", () => {
    expect(textDiagnostics([diagnostic({ rule: "a", severity: "info", message: "m", node: "n1" })])).toBe(
      "info a  node n1\n  m\n",
    );
  });

  it("are counted in words", () => {
    const warning = { ...finding, severity: "warning" as const };
    expect(amountText([finding, warning, warning])).toBe("1 error, 2 warnings");
    const empty = { diagnostics: [], predictions: [], silenced: [], notes: [] };
    expect(checkReport({})(empty)).toMatch(/^Nothing to judge/);
    expect(checkReport({})({ ...empty, diagnostics: [finding] })).toMatch(/\n\n1 error\.\n$/);
  });

  it("become annotations with everything escaped", () => {
    expect(githubDiagnostics([finding])).toBe(
      "::error file=a%2Cb.yaml,line=2,col=3,title=role-count::two have it, 100%25 of them:%0An1, n2%0AGive one another role.\n",
    );
    const empty = { diagnostics: [], predictions: [], silenced: [], notes: [] };
    expect(checkReport({ github: true })(empty)).toBe("");
  });
});

describe("errorReport", () => {
  const invalid = (() => {
    try {
      parseRoles("roles: {a: {coun: 1}}", "roles.yaml");
    } catch (error) {
      return error;
    }
    throw new Error("it was accepted");
  })();

  it("gives code, message and hint", () => {
    const error = new RolesError("TOOL_MISSING", "zstd is not installed", { hint: "Install it." });
    expect(errorReport(error)).toBe("error TOOL_MISSING: zstd is not installed\n  Install it.\n");
    expect(JSON.parse(errorReport(error, { json: true }))).toEqual({
      error: { code: "TOOL_MISSING", message: "zstd is not installed", hint: "Install it.", details: [] },
    });
    expect(errorReport(error, { github: true })).toBe(
      "::error title=TOOL_MISSING::zstd is not installed%0AInstall it.\n",
    );
  });

  it("shows the problems of a roles file in their lines, and as data", () => {
    const text = errorReport(invalid, { sourceOf: () => "roles: {a: {coun: 1}}" });
    expect(text).toContain("1 │ roles: {a: {coun: 1}}\n");
    expect(text).toContain("error ROLES_INVALID: roles.yaml has one problem\n");
    expect(JSON.parse(errorReport(invalid, { json: true }))).toMatchObject({
      error: { code: "ROLES_INVALID", details: [{ file: "roles.yaml", line: 1, column: 13 }] },
    });
    expect(errorReport(invalid, { github: true })).toMatch(/^::error file=roles\.yaml,line=1,col=13/);
  });

  it("calls anything else a fault of the program", () => {
    expect(errorReport(new TypeError("x is not a function"))).toContain("fault in talos-roles itself");
    expect(JSON.parse(errorReport("thrown text", { json: true }))).toMatchObject({
      error: { code: "INTERNAL" },
    });
  });
});
