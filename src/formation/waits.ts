/** The text that Talos itself shows while a service waits (facts: talos-readiness §1.5), for messages that people search for. */
export const waitText = {
  configuration: "extension service config",
  path: (path: string) => `file "${path}" to exist`,
  registered: (service: string) => `service "${service}" to be registered`,
  up: (service: string) => `service "${service}" to be "up"`,
} as const;

/** What an operator sees: the node looks fine for about an hour. */
export const looksFine =
  "Kubernetes may look Ready for about an hour, then Talos reboots the node, again and again";
