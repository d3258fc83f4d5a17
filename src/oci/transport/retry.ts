import { setTimeout as wait } from "node:timers/promises";
import { isRolesError } from "../../errors.ts";
import type { Middleware, OciResponse } from "./send.ts";

export interface RetryPolicy {
  /** How many times something is tried at most. */
  attempts: number;
  /** Wait before the second attempt; it doubles from there on, up to 30 seconds. Milliseconds. */
  baseDelay: number;
  sleep: (milliseconds: number) => Promise<void>;
}

export const defaultRetries: RetryPolicy = {
  attempts: 6,
  baseDelay: 250,
  sleep: async (milliseconds) => {
    await wait(milliseconds);
  },
};

const MAX_DELAY = 30_000;
const MAX_RETRY_AFTER = 120_000;
const RETRIED_STATUS = [408, 429, 500, 502, 503, 504];

/** Tries again when a request fails on the way, or is answered with 408, 429 or 5xx; honours Retry-After. What may be sent only once is sent again only if the server refused to look at it. */
export const retrying =
  (policy: RetryPolicy): Middleware =>
  (next) =>
  async (request) => {
    const { attempts } = policy;
    const statuses = request.once === true ? [429] : RETRIED_STATUS;
    for (let attempt = 1; ; attempt++) {
      const result = await next(request).catch((error: unknown) => ({ error }));
      if ("error" in result) {
        const isOver = attempt >= attempts || request.once === true || !isTransient(result.error);
        if (isOver) throw result.error;
        await policy.sleep(delayOf(policy, attempt));
        continue;
      }
      const delay = statuses.includes(result.status) ? pauseAfter(result, policy, attempt) : undefined;
      if (attempt >= attempts || delay === undefined) return result;
      await result.discard();
      await policy.sleep(delay);
    }
  };

/** Errors of the network, as opposed to ours, which say that trying again will not help. */
export const isTransient = (error: unknown): boolean => !isRolesError(error);

/** Milliseconds to wait after this many failed attempts. */
export const delayOf = ({ baseDelay }: RetryPolicy, attempt: number): number =>
  Math.min(baseDelay * 2 ** (attempt - 1), MAX_DELAY);

/** Undefined when the server asks for a longer pause than anyone would sit through. */
function pauseAfter(response: OciResponse, policy: RetryPolicy, attempt: number): number | undefined {
  const asked = retryAfter(response.headers["retry-after"]);
  if (asked !== undefined && asked > MAX_RETRY_AFTER) return undefined;
  return Math.max(asked ?? 0, delayOf(policy, attempt));
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110 §10.2.3). */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
