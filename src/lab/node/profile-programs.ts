import type { Subject } from "../../formation/subject.ts";
import { parseCidr } from "../../talos/cidr.ts";
import type { ServiceDocument } from "../../talos/config/service-documents.ts";
import { nodeAt, textOf } from "../../talos/config/tree.ts";
import type { Behaviour } from "./simulated-machine.ts";

/** What programs do with what they are given, by service: broken ones, containers that cannot be made, containerboot with its key and routes. */
export function programsOf(subject: Subject): Record<string, Behaviour> {
  const found = brokenPrograms(subject);
  for (const document of subject.serviceDocuments) {
    const wrong = unmountable(document.files.flatMap(({ mountPath }) => mountPath ?? []));
    if (wrong !== undefined) found[document.name] = cannotStart("task", `failed to create task: ${wrong}`);
  }
  const document = subject.serviceDocuments.find(({ name }) => name === "tailscale");
  const lastLog = document && containerboot(subject, document);
  if (lastLog !== undefined) found["tailscale"] ??= { kind: "exits", code: 1, lastLog };
  return found;
}

const cannotStart = (stage: "task" | "pre", message: string): Behaviour => ({
  kind: "cannot-start",
  stage,
  message,
});

function brokenPrograms({ image }: Subject): Record<string, Behaviour> {
  const found: Record<string, Behaviour> = {};
  for (const { sort, service } of image.faults) {
    if (sort === "cri-part")
      found["cri"] = { kind: "blocked", by: "/etc files [cri/conf.d/cri.toml] to be ready" };
    if (sort === "binary-arch" && service !== undefined)
      found[service] = cannotStart("task", "failed to create task: exec format error");
    if (sort === "service-rootfs" && service !== undefined)
      found[service] = cannotStart("pre", "no such file or directory");
  }
  return found;
}

/** What the container runtime says of mounts that it cannot make. */
function unmountable(paths: readonly string[]): string | undefined {
  const relative = paths.find((path) => path !== "" && !path.startsWith("/"));
  if (relative !== undefined) return `mount destination ${relative} not absolute`;
  const special = paths.find((path) => /^\/+(?:proc|sys|dev)(?:\/|$)/.test(path));
  if (special !== undefined) return `cannot mount over ${special}`;
  const below = paths.find((path) => paths.some((other) => path.startsWith(`${other}/`)));
  return below === undefined ? undefined : `mkdir ${below}: not a directory`;
}

/** The last line of containerboot with this document, or undefined where it runs. */
function containerboot(
  { documents }: Subject,
  { environment, hiddenVariables }: ServiceDocument,
): string | undefined {
  const given = (names: string[]) =>
    environment.filter(({ name, value }) => names.includes(name) && value !== "");
  const key = given(["TS_AUTHKEY", "TS_AUTH_KEY"]).length > 0;
  const oauth = given(["TS_CLIENT_ID", "TS_CLIENT_SECRET", "TS_ID_TOKEN", "TS_AUDIENCE"]).length > 0;
  if (key && oauth) return "TS_AUTHKEY cannot be used together with TS_CLIENT_ID or TS_CLIENT_SECRET";
  // One that cannot be read is there all the same.
  if (!key && !oauth && hiddenVariables === 0)
    return "backend error: invalid key: unable to validate API key";
  const routes = (environment.find(({ name }) => name === "TS_ROUTES")?.value ?? "")
    .split(",")
    .filter(Boolean);
  const bad = routes.find((route) => {
    const cidr = route.includes("/") ? parseCidr(route.trim()) : undefined;
    return !cidr || cidr.hostBits;
  });
  if (bad !== undefined) return `invalid route: ${bad}`;
  const forwardsIpv6 = documents.some(
    ({ root }) => textOf(nodeAt(root, ["machine", "sysctls", "net.ipv6.conf.all.forwarding"])) === "1",
  );
  return routes.some((route) => route.includes(":")) && !forwardsIpv6
    ? "IPv6 forwarding is disabled"
    : undefined;
}
