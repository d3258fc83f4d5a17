import { isPlaceholder } from "../placeholder.ts";
import { nodeRule } from "../rule.ts";

const secretName =
  /(?:^|_)(?:AUTH_?KEY|CLIENT_SECRET|ID_TOKEN|TOKEN|SECRET|PASSWORD|PASSPHRASE|SETUP_KEY|API_?KEY|PRIVATE_KEY)$/;
/** Empty, a variable that is filled in later, or a file that is named. */
const named = /^(?:|\$.*|file:.*)$/i;

export const secretInClear = nodeRule({
  id: "secret-in-clear",
  severity: "warning",
  title: "A secret is written in clear",
  reason:
    "Whoever can read this file can use the key: join the tailnet, open the tunnel. It stays in the history of a repository after it was removed. Values are never printed here.",
  fix: "Keep the secret elsewhere and name it: `{env: NAME}` in roles.yaml, a variable that envsubst fills, or sops. Then make a new one.",
  rows: [],
  source: "seen in public repositories; siderolabs/extensions: network/tailscale/README.md",
  check: ({ serviceDocuments, profile }) =>
    serviceDocuments.flatMap((document) =>
      document.environment
        .filter(
          ({ name, value }) =>
            value !== undefined &&
            !named.test(value) &&
            !isPlaceholder(value) &&
            (secretName.test(name) || /^(?:tskey|hskey)-/.test(value)),
        )
        .map(({ name, at }) => ({
          message: `${name} of service ${document.name} is written in clear.`,
          at,
          fix: profile.rendered ? `${name}: {env: ${name}}` : `${name}=\${${name}}`,
        })),
    ),
});
