import { itemsOf, nodeAt } from "../talos/config/tree.ts";
import { describe, expect, it } from "vitest";
import { conflictsOf } from "../talos/config/conflicts.ts";
import { type ConfigDocument, readConfig } from "../talos/config/document.ts";
import { identityOf, strategicMerge } from "../talos/config/merge.ts";
import { strictProblems } from "../talos/config/strict.ts";
import { formationQuirks } from "../talos/quirks.ts";
import type { MachineRequest } from "./model.ts";
import { machinePatches } from "./patches.ts";

import {
  apply,
  bare,
  documentBase,
  nodeOf,
  parseRoles,
  read,
  requestFor,
  rolesText,
  shown,
  talosVersions,
  withoutDeletions,
} from "./fixtures/patching.ts";
describe.each(talosVersions)("patches for Talos %s", (talos) => {
  const file = parseRoles(rolesText(talos), "roles.yaml");
  const minor = formationQuirks(talos)!.minor;
  const base = readConfig(minor >= 14 ? documentBase : bare, "base.yaml").documents;
  const cases: [string, MachineRequest][] = [
    ...file.roles.map(({ name }): [string, MachineRequest] => [name, requestFor(file, name)]),
    ["gateway on a control plane", requestFor(file, "gateway", { node: nodeOf(file, "n1") })],
    ["edge with IPv6", requestFor(file, "edge", { node: nodeOf(file, "n6") })],
  ];

  it.each(cases)("%s: applied once or twice, the config is the same", (_, request) => {
    const { patches } = machinePatches(request);
    // From 1.14 on a deletion skips what is not there.
    const run =
      minor >= 14
        ? (config: readonly ConfigDocument[]) =>
            patches.reduce<ConfigDocument[]>(
              (done, { documents }) => strategicMerge(done, read(documents)).documents,
              [...config],
            )
        : (config: readonly ConfigDocument[]) => apply(config, patches);
    const once = run(base);
    expect(shown(run(once))).toEqual(shown(once));
    expect(new Set(once.map(identityOf)).size).toBe(once.length);
  });

  it.each(cases)("%s: Talos' strict reader takes it, and no setting stands twice", (_, request) => {
    const { patches } = machinePatches(request);
    const added = read(patches.flatMap(({ documents }) => documents));
    expect(strictProblems(added.flatMap(withoutDeletions), minor)).toEqual([]);
    const merged = strategicMerge(base, read(patches[0]!.documents)).documents;
    expect(strictProblems(merged, minor)).toEqual([]);
    expect(conflictsOf(merged)).toEqual([]);
  });

  it.each(cases)("%s: without secrets, a map stands where Talos takes text only", (_, request) => {
    const { secretOf: _secret, ...without } = request;
    const { patches, secrets } = machinePatches(without);
    const maps = read(patches[0]!.documents).flatMap(({ root }) => [
      ...itemsOf(nodeAt(root, ["environment"])).filter(({ kind }) => kind === "map"),
      ...itemsOf(nodeAt(root, ["configFiles"])).filter((file) => nodeAt(file, ["content"])?.kind === "map"),
    ]);
    expect(maps).toHaveLength(secrets.length);
  });
});
