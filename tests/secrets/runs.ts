import { liveRuns } from "./live-runs.ts";
import { dead, each, forms, type Run } from "./run.ts";

const findings = [...forms, ["--github"], ["--sarif"]] as const;
const progress = [...forms, ["--progress", "json"], ["--progress", "plain"]] as const;

/** Every command in every form of output, when it goes well and when it fails. `mirror` is the registry's URL. */
export const runs = (mirror: string): readonly Run[] => {
  const from = ["--mirror", `ghcr.io=${mirror}`];
  const nowhere = ["--mirror", `ghcr.io=${dead}`];
  const withPassword = ["--mirror", "ghcr.io=http://u:MARKER-mirror-url-0x7Q@127.0.0.1:9"];
  return [
    ...each(["init", "-f", "new.yaml"], forms),
    ...each(["check"], findings),
    ...each(["check", "--show-defaults"], forms),
    ...each(["check", "-f", "clear.roles.yaml"], findings),
    ...each(
      ["check", "controlplane.yaml", "--extensions", "drbd,zfs,tailscale", "--talos", "v1.13.6"],
      findings,
    ),
    ...each(["check", "broken.yaml"], findings),
    ...each(["check", "."], findings),
    ...each(["explain", "service-config-missing"], forms),
    ...each(["import", "controlplane.yaml"], forms),
    ...each(["import", "."], forms),
    ...each(["lock", ...from], progress),
    ...each(["lock", "--check", ...from], forms),
    ...each(["lock", "--verify", ...from], forms),
    ...each(["lock", "--update", ...nowhere], forms),
    ...each(["lock", "--update", ...withPassword], progress),
    ...each(["diff", ...from], forms),
    ...each(["diff", "--live"], forms),
    ...each(["build", ...from], progress),
    ...each(["build", "--frozen", ...nowhere, "--cache-dir", "elsewhere"], forms),
    { words: ["build", ...from, "--cache", `${mirror.replace("http://", "")}/moon/cache`] },
    ...each(
      [
        "build",
        "--engine",
        "cozystack",
        "--checkout",
        "cozystack",
        "--outputs",
        "installer",
        "--out",
        "by-cozystack",
      ],
      progress,
    ).map((run) => ({
      ...run,
      words: [...run.words, "--frozen", ...from],
      cozystack: true as const,
      status: 0,
    })),
    ...each(["push", "--json"], [[]]),
    ...each(["push"], [[]]),
    ...each(["inspect", `${mirror.replace("http://", "")}/siderolabs/tailscale:1.98.5`], forms),
    ...each(["inspect", "controlplane.yaml"], forms),
    ...each(["schematic", "schematic.yaml"], forms),
    ...each(["mirror", "--to", "bundle", ...from], progress),
    ...each(["config"], forms),
    ...each(["config", "n1"], forms),
    ...each(["config", "--commands"], forms),
    ...each(["config", "--out", "plain"], forms),
    { words: ["config", "--out", "filled", "--with-secrets"], writesSecrets: "filled" },
    { words: ["config", "--out", "filled", "--with-secrets", "--json"], writesSecrets: "filled" },
    ...each(["patch", "cozystack", "."], forms),
    ...each(["ci", "github"], forms),
    ...each(["ci", "gitlab"], forms),
    ...each(["ci", "matrix"], forms),
    ...each(
      ["ci", "merge", "out", "--offline", "--out", "merged/build-record.json", "--page", "images.md"],
      forms,
    ).map((run) => ({ ...run, status: 0 })),
    ...each(["ci", "merge", "nowhere"], forms),
    ...each(["boot", "gateway", "--timeout", "5"], forms),
    ...each(["verify", "--timeout", "1"], forms),
    ...each(["verify", "--timeout", "1", "--talosconfig", "broken.talosconfig"], forms),
    ...each(["why", "n1", "--timeout", "1"], forms),
    ...each(["doctor"], forms),
    ...liveRuns(nowhere),
  ];
};
