import type { ByteSource } from "../formats/bytes.ts";
import { authenticating } from "./auth/authenticate.ts";
import { anonymous, type CredentialStore } from "./auth/credentials.ts";
import type { Connection } from "./connection.ts";
import type { Digest } from "./digest.ts";
import { endpoints, type Mirror } from "./endpoint.ts";
import type { Descriptor } from "./model.ts";
import { pullBlob, pullManifest } from "./pull.ts";
import { pushBlob, type PushBlobOptions, pushManifest } from "./push.ts";
import { isManifestType } from "./media-types.ts";
import { listReferrers, listUnderSubject } from "./referrers.ts";
import type { Reference } from "./reference.ts";
import type { ImageSource } from "./source.ts";
import { listTags } from "./tags.ts";
import { httpTransport } from "./transport/http.ts";
import { insecureScheme } from "./transport/insecure.ts";
import { followRedirects } from "./transport/redirect.ts";
import { defaultRetries, type RetryPolicy, retrying } from "./transport/retry.ts";
import { chain, type Send } from "./transport/send.ts";

export interface ClientOptions {
  /** Read instead of the registries they stand in for. */
  mirrors?: readonly Mirror[];
  /** Registries (`host[:port]`) that may be spoken to without a trusted certificate, or without TLS. */
  insecure?: readonly string[];
  credentials?: CredentialStore;
  retries?: Partial<RetryPolicy>;
  /** Longest silence of a server, milliseconds; default one minute. */
  timeout?: number;
  /** Bytes for one PATCH when blobs are pushed in pieces. */
  chunkSize?: number;
  /** Proxies are read from here; default the process's environment. */
  env?: NodeJS.ProcessEnv;
  /** In place of the network, for tests. */
  send?: Send;
}

/** A registry client: the distribution specification 1.1 as far as images need it. */
export interface RegistryClient extends ImageSource {
  /** Every tag of a repository, in the registry's order. */
  tags(repository: Reference): Promise<string[]>;
  /** Returns whether bytes had to be sent. */
  pushBlob(
    reference: Reference,
    descriptor: Descriptor,
    content: ByteSource,
    options?: PushBlobOptions,
  ): Promise<boolean>;
  /** What refers to a manifest: signatures, attestations. */
  referrers(repository: Reference, digest: Digest): Promise<Descriptor[]>;
  /** Under the reference's tag, else its digest; one with a subject becomes its referrer. */
  pushManifest(reference: Reference, mediaType: string, bytes: Uint8Array): Promise<Digest>;
  close(): Promise<void>;
}

/** A client that keeps connections and tokens until `close`. Errors of its verbs: REGISTRY_*, DIGEST_MISMATCH, BLOB_TRUNCATED. */
export function createRegistryClient(options: ClientOptions = {}): RegistryClient {
  const {
    mirrors = [],
    insecure = [],
    credentials = anonymous,
    timeout = 60_000,
    env = process.env,
  } = options;
  const retries = { ...defaultRetries, ...options.retries };
  const http = httpTransport({ insecure, timeout, env });
  const send = options.send ?? http.send;
  const connection: Connection = {
    send: chain(
      send,
      insecureScheme(insecure, send),
      authenticating(credentials),
      retrying(retries),
      followRedirects,
    ),
    endpoints: endpoints(mirrors),
    retries,
    chunkSize: options.chunkSize,
  };
  return {
    manifest: (reference) => pullManifest(connection, reference),
    blob: (reference, descriptor) => pullBlob(connection, reference, descriptor),
    tags: (repository) => listTags(connection, repository),
    pushBlob: (reference, descriptor, content, rest = {}) =>
      pushBlob(connection, reference, { descriptor, content, ...rest }),
    referrers: (repository, digest) => listReferrers(connection, repository, digest),
    async pushManifest(reference, mediaType, bytes) {
      const { digest, knowsReferrers } = await pushManifest(connection, reference, { mediaType, bytes });
      if (isManifestType(mediaType) && !knowsReferrers)
        await listUnderSubject(connection, reference, { mediaType, digest, bytes });
      return digest;
    },
    close: () => http.close(),
  };
}
