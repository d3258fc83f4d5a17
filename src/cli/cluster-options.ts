import { Option } from "@commander-js/extra-typings";
import { numberWithin, seconds } from "./numbers.ts";
import { parseSecretReference } from "./secret-option.ts";

// Options of the commands that talk to a live cluster.

export const talosconfigOption = () =>
  new Option("--talosconfig <path>", "the talosconfig").default(undefined, "talosctl's own places");
export const contextOption = () =>
  new Option("--context <name>", "context of the talosconfig").default(undefined, "its current one");
export const timeoutOption = () =>
  new Option(
    "--timeout <seconds>",
    "how long one question to a node may take; up to four times as long where all are slow",
  )
    .argParser(seconds)
    .default(3);
export const atOnceOption = () =>
  new Option("--at-once <nodes>", "how many nodes are asked at the same time")
    .argParser(numberWithin({ from: 1, to: 10_000 }))
    .default(32);
export const kubeconfigOption = () =>
  new Option("--kubeconfig <path>", "the kubeconfig").default(undefined, "kubectl's own places");
export const kubeContextOption = () =>
  new Option("--kube-context <name>", "context of the kubeconfig").default(undefined, "its current one");
export const recordOption = () =>
  new Option(
    "--record <path>",
    "build-record.json: hold the nodes against what was built, not against the lock",
  );
export const tailnetKeyOption = () =>
  new Option(
    "--tailnet-key <reference>",
    "API key of Tailscale or Headscale, by name (env:NAME or file:PATH): are the gateway's routes approved?",
  ).argParser(parseSecretReference);
export const tailnetUrlOption = () =>
  new Option("--tailnet-url <url>", "where that API is, when not at its usual place");
