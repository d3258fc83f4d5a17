import { describe, expect, it } from "vitest";
import { memoryFolder } from "../roles/import/folder.ts";
import { plainRepository } from "../roles/import/plain.ts";
import { readConfig } from "../talos/config/document.ts";
import { type CheckOptions, formationInput } from "./from-repository.ts";
import { judge } from "./judge.ts";
import { rules } from "./rules.ts";

/** Judges plain configs by file name. */
async function judgeFiles(files: Record<string, string>, options: CheckOptions) {
  const folder = memoryFolder(files);
  const configs = await Promise.all(
    folder.files.map(async (file) => readConfig((await folder.read(file)) ?? "", file)),
  );
  return judge(await formationInput([plainRepository({ path: ".", files: configs })], options));
}

const node = (name: string, type: string) => `version: v1alpha1
machine:
  type: ${type}
  network: {hostname: ${name}}
  kernel: {modules: [{name: zfs}, {name: drbd, parameters: [usermode_helper=disabled]}]}
`;
const cluster = {
  "n1.yaml": node("n1", "controlplane"),
  "n2.yaml": node("n2", "worker"),
  "n3.yaml": node("n3", "worker"),
};
const image = { extensions: ["drbd", "zfs", "spin", "tailscale"], talos: "v1.13.6" };

describe("ADR-004's single image: tailscale on every node and no config", () => {
  it("is Ready for Kubernetes, and never completes its boot, on every node", async () => {
    const { predictions } = await judgeFiles(cluster, image);
    expect(predictions.map(({ node }) => node)).toEqual(["n1", "n2", "n3"]);
    for (const { kubernetesReady, bootCompletes } of predictions) {
      expect(kubernetesReady.answer).toBe("yes");
      expect(bootCompletes.answer).toBe("no");
      expect(bootCompletes.reasons.join()).toContain("70 minutes");
    }
  });

  it("has an error on every node, and its fix taken literally ends all of them", async () => {
    const before = await judgeFiles(cluster, image);
    const errors = before.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.map(({ rule, node }) => [rule, node])).toEqual(
      ["n1", "n2", "n3"].map((name) => ["service-config-missing", name]),
    );
    const fixed = Object.fromEntries(
      Object.entries(cluster).map(([file, text], index) => [file, `${text}---\n${errors[index]?.fix}`]),
    );
    const after = await judgeFiles(fixed, image);
    expect(after.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(after.predictions.map(({ bootCompletes }) => bootCompletes.answer)).toEqual(["yes", "yes", "yes"]);
  });
});

describe("rules", () => {
  it("have an id of their own, and say what, why and what to do", () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, title, reason, fix, source } of rules) {
      expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      for (const text of [title, reason, fix, source]) expect(text.length).toBeGreaterThan(10);
    }
  });
});
