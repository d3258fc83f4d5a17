/** What may be shown to one registry. Never printed, never written. */
export type Credentials =
  | {
      kind: "basic";
      username: string;
      password: string;
      /** True for what happens to be in the environment: reading is tried without it when the registry refuses it. */
      incidental?: boolean;
    }
  /** An OAuth2 refresh token (`identitytoken` of docker's config). */
  | { kind: "identity"; token: string }
  /** A token for the registry itself, used as it is (`registrytoken`). */
  | { kind: "bearer"; token: string };

/** Credentials for a registry by its canonical name (`ghcr.io`, `docker.io`, `127.0.0.1:5000`) and a repository in it; undefined means anonymous. */
export type CredentialStore = (registry: string, repository: string) => Promise<Credentials | undefined>;

export const anonymous: CredentialStore = () => Promise.resolve(undefined);

/** The value of an Authorization header. */
export const basicHeader = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
