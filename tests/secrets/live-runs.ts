import { dead, each, forms, type Run } from "./run.ts";

const ending = (status: number, found: readonly Run[]): Run[] => found.map((run) => ({ ...run, status }));

const simulate = (state: string, net: number, ...words: string[]): Run => ({
  words: ["lab", "simulate", "--state", state, "--net", String(net), "--speed", "60", ...words],
  stays: { said: "Ctrl-C stops them", keeps: state },
});

const onCluster = (state: string): string[] => [
  "-f",
  `${state}/roles.yaml`,
  ...["talosconfig", "kubeconfig"].flatMap((name) => [`--${name}`, `${state}/${name}`]),
];

// One of this folder's own roles, one in which the gateway lost its document.
const [own, ill] = ["own", "ill"];

const tailnet = (key: string, url: string): string[] => ["--tailnet-key", key, "--tailnet-url", url];

/** What the scenarios are told of a live cluster. */
const target: Record<string, string> = {
  ROLES_FILE: `${own}/roles.yaml`,
  TALOSCONFIG: `${own}/talosconfig`,
  KUBECONFIG: `${own}/kubeconfig`,
  TAILNET_KEY: "env:TS_API_KEY",
  TAILNET_URL: dead,
};

/** Commands about clusters and labs. Machines of a lab have markers of their own, in tests/lab/get-started.test.ts. */
export const liveRuns = (nowhere: readonly string[]): Run[] => [
  simulate(own, 150, "-f", "roles.yaml"),
  simulate(ill, 151, "--case", "B1"),
  ...each(["verify", ...onCluster(own), ...tailnet(`file:${own}/tailnet-key`, `@${own}/tailnet-url`)], forms),
  ...each(["verify", ...onCluster(own), ...tailnet("env:TS_API_KEY", `@${own}/tailnet-url`)], forms),
  ...each(["verify", ...onCluster(own), ...tailnet("env:HEADSCALE_API_KEY", dead)], forms),
  ...each(
    ["verify", "-f", "headscale.roles.yaml", "--timeout", "1", "--tailnet-key", "env:HEADSCALE_API_KEY"],
    forms,
  ),
  ...each(["verify", ...onCluster(own), "--run-workload"], forms),
  ...ending(1, each(["verify", ...onCluster(ill), "--html", "page.html"], forms)),
  ...ending(1, each(["verify", ...onCluster(ill), "--watch", "--deadline", "0.05"], forms)),
  ...ending(
    1,
    each(["why", "n1", ...onCluster(ill), ...tailnet("env:TS_API_KEY", `@${ill}/tailnet-url`)], forms),
  ),
  ...ending(1, each(["why", "n1", ...onCluster(ill), "--patch"], forms)),
  ...ending(2, each(["why", "n2", ...onCluster(ill), "--patch"], forms)),
  ...ending(1, each(["diff", "--live", ...onCluster(ill)], forms)),
  ...each(["lab", "test", "--target", "live", "04"], forms).map((run) => ({ ...run, env: target })),
  ...each(
    ["lab", "up", "--state", "never", "--upstream", "real", ...nowhere, "--cache-dir", "elsewhere"],
    forms,
  ),
  ...each(["lab", "status"], forms),
  ...each(["lab", "console", "n1"], [[]]),
  ...each(["lab", "fetch", "http://10.96.0.80/", "--from", "outside"], forms),
  ...each(["lab", "reboot", "n1"], [[]]),
  ...each(["lab", "routes", "withdraw"], [[]]),
  ...each(["lab", "supervise"], [[]]),
  ...each(["lab", "down"], forms),
  ...each(["lab", "upstream", "--debian-mirror", dead, "--cache-dir", "elsewhere"], forms),
];
