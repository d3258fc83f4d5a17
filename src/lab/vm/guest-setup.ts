import { RolesError } from "../../errors.ts";
import type { GuestConfig } from "./guest-config.ts";
import type { GuestLink } from "./guest-link.ts";

const retryMs = 500;

/** Fetches the machine config that the kernel's command line names, as Talos does: from the guest, again and again until it comes. Errors: GUEST_LOST, CONFIG_INVALID, BUILD_INTERRUPTED. */
export async function fetchConfig(
  link: GuestLink,
  signal: AbortSignal,
): Promise<{ url: string; text: string }> {
  const cmdline = (await link.ask("read", "/proc/cmdline")).text;
  const url = /(?:^|\s)talos\.config=(\S+)/.exec(cmdline)?.[1];
  if (url === undefined)
    throw new RolesError("CONFIG_INVALID", "the kernel's command line names no talos.config");
  for (;;) {
    const reply = await link.ask("fetch", url);
    if (reply.ok) return { url, text: reply.text };
    if (signal.aborted) throw new RolesError("BUILD_INTERRUPTED", "the machine was stopped");
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** Names, addresses, hosts and kernel parameters of the config, put in place in the guest. Errors: GUEST_LOST, CONFIG_INVALID. */
export async function applyConfig(
  link: GuestLink,
  { hostname, addresses, hosts, sysctls }: GuestConfig,
): Promise<void> {
  const lines = [
    `hostname ${quoted(hostname)}`,
    ...addresses.map(
      (one) =>
        `ip addr replace ${quoted(one.address)} dev ${quoted(one.interface)} && ip link set ${quoted(one.interface)} up`,
    ),
    ...sysctls.map(
      ({ name, value }) => `echo ${quoted(value)} >${quoted(`/proc/sys/${name.replaceAll(".", "/")}`)}`,
    ),
    "echo '127.0.0.1 localhost' >/run/etc/hosts",
    `echo ${quoted(`127.0.1.1 ${hostname}`)} >>/run/etc/hosts`,
    ...hosts.map(({ address, names }) => `echo ${quoted([address, ...names].join(" "))} >>/run/etc/hosts`),
    "mount --bind /run/etc/hosts /etc/hosts",
  ];
  const reply = await runInGuest(link, `set -e\n${lines.join("\n")}\n`);
  if (!reply.ok)
    throw new RolesError("CONFIG_INVALID", `the machine cannot act on its config: ${reply.text.trim()}`);
}

/** Gives the stand-in kubelet its API server and its name; until then it waits. */
export const introduceKubelet = (
  link: GuestLink,
  { server, node }: { server: string; node: string },
): Promise<unknown> =>
  runInGuest(
    link,
    `mkdir -p /run/kubernetes && printf '%s\\n' ${quoted(`server=${server}`)} ${quoted(`node=${node}`)} >/run/kubernetes/kubelet.conf`,
  );

/** Runs a shell script in the guest; its output is the reply's text. */
export const runInGuest = (link: GuestLink, script: string): Promise<{ ok: boolean; text: string }> =>
  link.ask("run", Buffer.from(script).toString("base64"));

/** A word of a shell's command line. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
