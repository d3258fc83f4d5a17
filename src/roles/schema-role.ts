import { z } from "zod";
import { defaults } from "./defaults.ts";
import { edits, line, list, oneOrMore, optional, required, strict, text } from "./schema-parts.ts";
import { arch, extension, kernelArg, name, path, textMap, textOrSecret } from "./schema-values.ts";
import { subnetRouter } from "./schema-router.ts";

const whole = z.int("a whole number is expected here").min(0, "a number from 0 up is expected here");
const count = z.union(
  [
    whole,
    strict({
      min: optional(whole, "The smallest number of nodes.", 0),
      max: optional(whole, "The largest number of nodes; no limit without it."),
    }),
  ],
  { error: "a number, or `{min: 1, max: 3}`, is expected here" },
);

const metaKey = "a META key from 6 to 17 is expected here";
const meta = strict({
  key: required(
    z.int(metaKey).min(6, metaKey).max(17, metaKey),
    "The tag, as Talos numbers them: 10 is the network config of metal.",
  ),
  value: required(z.string("text is expected here"), "Its value."),
});

const moduleSetting = strict({
  name: required(text("a kernel module's name", /^[A-Za-z0-9_-]+$/), "The module; `-` and `_` are the same."),
  parameters: optional(
    list(line("a parameter like usermode_helper=disabled"), "parameters"),
    "Its parameters, like `usermode_helper=disabled`.",
    [],
  ),
});

const serviceFile = strict({
  mountPath: required(
    text("an absolute path", /^\/[^\r\n]*$/),
    "Where the service's container sees the file.",
  ),
  content: required(textOrSecret, "Its content, or a secret by name."),
});
const serviceName = text("a service name of a-z, 0-9, - and _", /^[-_a-z0-9]+$/);
const service = strict({
  environment: optional(
    z.record(
      text("the name of a variable", /^[A-Za-z_][A-Za-z0-9_]*$/),
      textOrSecret,
      "a map of variables is expected here",
    ),
    "Environment variables; a secret is named: `{env: NAME}` or `{file: PATH}`.",
    {},
  ),
  files: optional(list(serviceFile, "files"), "Files that the service reads.", []),
});

/** One role as people write it. */
export const role = strict({
  purpose: optional(
    text("one line of text", /^[^\r\n]*$/),
    "What nodes of this role are for, in one line.",
    defaults.role.purpose,
  ),
  like: optional(
    name,
    "Another role: everything but its purpose is taken over, and this role says what differs.",
  ),
  extensions: optional(
    edits(extension, "extensions"),
    "System extensions in the image, by name or image reference: a whole list, or with `like` `{add: […], remove: […]}`.",
    defaults.role.extensions,
  ),
  arch: optional(
    oneOrMore(arch, "architectures"),
    "The architectures this role is built for, where they are not all of the cluster's.",
  ),
  count: optional(
    count,
    "How many nodes hold the role: a number, or `{min, max}`. Any number where it is left out; exactly one with `subnetRouter`.",
  ),
  subnetRouter: optional(
    z.union([z.literal(false), subnetRouter], {
      error:
        "a map like `{routes: [pods, services]}` is expected here, or `false` to drop what `like` brings",
    }),
    "The role is a Tailscale subnet router. `false` drops what `like` brings.",
  ),
  kernelArgs: optional(
    edits(kernelArg, "kernel arguments"),
    "Extra kernel arguments; `-key` takes one of Talos' own away. A whole list, or with `like` `{add: […], remove: […]}`.",
    [],
  ),
  meta: optional(list(meta, "META values"), "META values that disk images and installers carry.", []),
  embeddedConfig: optional(
    path,
    "A machine config that is embedded in the image (Talos 1.12 and later), relative to this file. It must hold no secret: whoever has the image can read it.",
  ),
  modules: optional(
    list(moduleSetting, "modules"),
    "Kernel modules to load beyond what the role's extensions need, or parameters for one of theirs.",
    [],
  ),
  services: optional(
    z.record(serviceName, service, "a map from service name to its settings is expected here"),
    "Settings of extension services, by service name (`nut-client`): they become ExtensionServiceConfig documents. `subnetRouter` writes the one of tailscale.",
    {},
  ),
  labels: optional(textMap("labels"), "Labels of the Kubernetes node.", {}),
  sysctls: optional(textMap("sysctls"), "Kernel parameters.", {}),
});
