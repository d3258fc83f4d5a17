import { mkdtemp, mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLock } from "../../src/catalog/lock-file.ts";
import { layoutFiles } from "../../src/cozystack/fixtures/layout-files.ts";
import { makeRepository } from "../../src/cozystack/fixtures/repository.ts";
import { makeCertificateAuthority } from "../../src/formats/certificates.ts";
import { cozystackPrograms } from "../helpers/cozystack-programs.ts";
import { type SmallUpstream, smallUpstream } from "../helpers/small-upstream.ts";

/** A folder and an environment with a marker in every place where a secret can be. */
export interface SecretWorld {
  folder: string;
  env: Record<string, string>;
  /** Every text that must appear nowhere else. */
  markers: string[];
  /** Files that hold a secret from the start: they are not searched. */
  inputs: Set<string>;
  /** Takes the keys of a simulated cluster for secrets, too. */
  plant: (state: string) => Promise<void>;
  /** PATH with CozyStack's programs; what was built here is what they make. */
  cozystackPath: () => Promise<string>;
  upstream: SmallUpstream;
  close: () => Promise<void>;
}

const planted: string[] = [];
let count = 0;
/** A secret that tells where it came from. */
function marker(place: string): string {
  count += 1;
  const text = `MARKER-${place}-${count}x7Q`;
  planted.push(text);
  return text;
}
const base64 = (text: string): string => Buffer.from(text).toString("base64");
/** Also its base64 form counts: that is how several files keep theirs. */
function coded(place: string): string {
  const text = base64(marker(place));
  planted.push(text);
  return text;
}

const rolesYaml = (): string => `cluster: {name: moon, talos: v1.13.6, arch: arm64}
images: {registry: registry.example/moon}
roles:
  compute:
    extensions: [drbd, zfs, spin]
    services: {nut-client: {environment: {PASSWORD: {file: password.txt}, LOGIN: {env: NUT_LOGIN}}, files: [{mountPath: /x, content: {file: password.txt}}]}}
  gateway:
    like: compute
    extensions: {add: [tailscale]}
    count: 1
    subnetRouter: {routes: [pods, services], authKey: {env: TS_AUTHKEY}}
nodes:
  - {name: n1, address: 127.0.0.1, role: gateway, controlPlane: true}
  - {name: n2, address: 127.0.0.2, role: compute}
`;

/** A tailnet of one's own, where nobody answers. */
const headscaleRoles = (): string =>
  rolesYaml().replace("routes:", 'loginServer: "http://127.0.0.1:9", routes:');

/** A machine config as people have it: with its cluster's secrets in clear. */
const machineConfig = (): string => `version: v1alpha1
machine:
  type: controlplane
  token: ${marker("machine-token")}
  ca: {crt: ${coded("machine-ca-crt")}, key: ${coded("machine-ca-key")}}
  network: {hostname: n1}
  registries:
    mirrors: {docker.io: {endpoints: ["https://user:${marker("mirror-password")}@m.example"]}}
    config: {ghcr.io: {auth: {username: u, password: ${marker("registry-password")}}}}
  install: {image: "registry.example/moon/talos-gateway:v1.13.6"}
  env: {https_proxy: "http://user:${marker("proxy-password")}@proxy.example:3128"}
cluster:
  secret: ${coded("cluster-secret")}
  token: ${marker("bootstrap-token")}
  aescbcEncryptionSecret: ${coded("aescbc")}
  secretboxEncryptionSecret: ${coded("secretbox")}
  serviceAccount: {key: ${coded("service-account")}}
---
apiVersion: v1alpha1
kind: ExtensionServiceConfig
name: tailscal
environment:
  - TS_AUTHKEY=${marker("clear-authkey")}
  - TS_ROUTES=not-a-route
  - TS_EXTRA_ARGS=--login-server=https://u:${marker("login-server")}@hs.example
configFiles:
  - {mountPath: /etc/x, content: "password=${marker("config-file")}"}
  - {mountPath: /etc/upsmon.conf, content: "MONITOR ups@10.0.0.5 1 upsmon ${marker("plain-word")} secondary"}
`;

const brokenConfig = (): string => `machine:
  token: ${marker("broken-token")}
  token: [${marker("broken-twice")}
`;

const clearRoles = (): string => `cluster: {talos: v1.13.6, arch: arm64}
roles:
  gateway:
    extensions: [tailscale]
    services: {tailscale: {environment: {TS_AUTHKEY: "tskey-auth-${marker("clear-in-roles")}"}}}
    subnetRouter: {routes: [pods], authKey: "${marker("clear-where-a-name-belongs")}"}
`;

export async function secretWorld(): Promise<SecretWorld> {
  const folder = await mkdtemp(join(tmpdir(), "secrets-"));
  const password = marker("registry");
  const upstream = await smallUpstream();
  const authority = await makeCertificateAuthority();
  const client = await authority.client({ organizations: ["os:reader"] });
  planted.push(client.key.split("\n")[1] ?? "", base64(client.key).slice(0, 60));
  const files: Record<string, string> = {
    "roles.yaml": rolesYaml(),
    "password.txt": `${marker("password-file")}\n`,
    "controlplane.yaml": machineConfig(),
    "broken.yaml": brokenConfig(),
    "clear.roles.yaml": clearRoles(),
    "headscale.roles.yaml": headscaleRoles(),
    "docker/config.json": JSON.stringify({
      auths: {
        "registry.example": { auth: coded("docker-auth") },
        [upstream.registry.host]: { auth: base64(`u:${password}`) },
      },
    }),
    talosconfig: `context: a\ncontexts: {a: {endpoints: [127.0.0.1], nodes: [127.0.0.1], ca: ${base64(authority.certificate)}, crt: ${base64(client.certificate)}, key: ${base64(client.key)}}}\n`,
    "broken.talosconfig": `context: a\ncontexts: {a: {key: ${coded("broken-talosconfig")}, endpoints: [\n`,
    kubeconfig: `apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nclusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]\nusers: [{name: a, user: {token: ${marker("kube-token")}}}]\n`,
    "schematic.yaml": `customization:\n  extraKernelArgs: ["ip=${marker("schematic")}"]\n  bootloaders: 1\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  planted.push(base64(`u:${password}`));
  const env = {
    TS_AUTHKEY: marker("env-authkey"),
    NUT_LOGIN: marker("env-login"),
    GITHUB_TOKEN: marker("github-token"),
    TS_API_KEY: marker("tailscale-api"),
    HEADSCALE_API_KEY: marker("headscale-api"),
    DOCKER_CONFIG: join(folder, "docker"),
    KUBECONFIG: join(folder, "kubeconfig"),
    TALOSCONFIG: join(folder, "talosconfig"),
    XDG_CACHE_HOME: join(folder, "cache"),
    HOME: folder,
  };
  await makeRepository(join(folder, "cozystack"), layoutFiles("E"), { tag: "v1.6.2" });
  const markers = planted.filter((text) => text.length > 8);
  const inputs = new Set(Object.keys(files));
  return {
    folder,
    env,
    markers,
    inputs,
    async plant(state) {
      const own = ["talosconfig", "kubeconfig", "tailnet-key"].map((name) => `${state}/${name}`);
      for (const name of own) {
        inputs.add(name);
        const text = await readFile(join(folder, name), "utf8");
        const [, key = text.trim()] = /(?:^\s*key|client-key-data): (\S+)/m.exec(text) ?? [];
        if (key.length < 12) throw new Error(`${name} holds no key`);
        markers.push(key);
      }
    },
    async cozystackPath() {
      const lock = await readLock(join(folder, "roles.lock.json"));
      if (!lock) throw new Error("nothing was locked");
      const programs = { folder: join(folder, "programs"), lock, images: join(folder, "out") };
      return `${(await cozystackPrograms(programs)).folder}:${process.env["PATH"]}`;
    },
    upstream,
    close: () => upstream.close(),
  };
}
