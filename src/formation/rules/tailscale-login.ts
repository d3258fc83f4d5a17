import { type ServiceVariable, variableOf } from "../../talos/config/service-documents.ts";
import { impaired } from "../effects.ts";
import { isPlaceholder } from "../placeholder.ts";
import { type Finding, nodeRule } from "../rule.ts";
import { type TailscaleSetup, tailscaleOf } from "../tailscale.ts";

const keys = ["TS_AUTHKEY", "TS_AUTH_KEY"];
const others = ["TS_CLIENT_ID", "TS_CLIENT_SECRET", "TS_ID_TOKEN", "TS_AUDIENCE"];

export const tailscaleLogin = nodeRule({
  id: "tailscale-login",
  severity: "warning",
  title: "Tailscale has nothing to log in with",
  reason:
    "The document ends tailscale's wait, so boot completes. Without a key the login fails after a minute, the service ends and is started again, for ever: the node forms and never joins the tailnet. A node whose state is still on its disk does log in.",
  fix: "Give the document an auth key (`TS_AUTHKEY`), or the client id and secret of an OAuth client.",
  rows: ["B4"],
  source: "tailscale/tailscale: cmd/containerboot/{main,tailscaled}.go, feature/oauthkey",
  check: (subject) => {
    const setup = tailscaleOf(subject);
    return setup ? judge(setup) : [];
  },
});

function judge({ document, complete, extraArgs }: TailscaleSetup): Finding[] {
  const key = variableOf(document, ...keys);
  const other = variableOf(document, ...others);
  if (key && other) return [excluded(key, other)];
  const empty = key && emptiness(key);
  if (key && empty !== undefined) return [noKey(`${key.name} is ${empty}`, key.at)];
  if (key?.value?.startsWith("tskey-client-") && !extraArgs.includes("--advertise-tags")) return [noTag(key)];
  return key || other || !complete ? [] : [noKey("no auth key is given", document.nameAt)];
}

function emptiness({ value }: ServiceVariable): string | undefined {
  if (value === "") return "empty";
  return value !== undefined && isPlaceholder(value) ? "a placeholder" : undefined;
}

const excluded = (key: ServiceVariable, other: ServiceVariable): Finding => ({
  message: `${key.name} and ${other.name} exclude each other: tailscale ends with an error at every start.`,
  at: key.at,
  fix: `Remove one of ${key.name} and ${other.name}.`,
  effects: impaired("tailscale has two ways to log in that exclude each other"),
});

const noTag = ({ name, at }: ServiceVariable): Finding => ({
  message: `${name} is the secret of an OAuth client, and TS_EXTRA_ARGS asks for no tag: Tailscale refuses such a login.`,
  at,
  fix: "TS_EXTRA_ARGS=--advertise-tags=tag:gateway",
  effects: impaired("a login with an OAuth client needs a tag"),
});

const noKey = (what: string, at: TailscaleSetup["document"]["at"]): Finding => ({
  message: `${what}: the node boots, and tailscale will not log in.`,
  at,
  fix: "TS_AUTHKEY=${TS_AUTHKEY}",
  effects: impaired(`tailscale will not log in: ${what}`),
});
