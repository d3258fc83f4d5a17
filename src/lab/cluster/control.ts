import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { isRolesError, RolesError } from "../../errors.ts";
import type { LabHandle } from "./spec.ts";

/** What can be asked of the process that looks after a lab: a name and arguments, answered with data. */
export type Orders = Record<string, (args: Record<string, string>) => Promise<unknown>>;

/** Serves orders on loopback to whoever knows the token. */
export async function serveOrders(orders: Orders, token: string): Promise<{ url: string; close(): void }> {
  const server = createServer((message, response) => {
    void answer(orders, token, message)
      .catch(() => ({ status: 400, body: {} }))
      .then(({ status, body }) => response.writeHead(status, jsonType).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  orders: Orders,
  token: string,
  message: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  if (!isSame(message.headers.authorization ?? "", `Bearer ${token}`)) return { status: 401, body: {} };
  const url = new URL(message.url ?? "/", "http://lab");
  const name = url.pathname.slice(1);
  const order = Object.hasOwn(orders, name) ? orders[name] : undefined;
  if (!order) return { status: 404, body: {} };
  try {
    return { status: 200, body: (await order(Object.fromEntries(url.searchParams))) ?? {} };
  } catch (error) {
    const { code, message: text, hint } = asRolesError(error);
    return { status: 422, body: { code, message: text, hint } };
  }
}

const asRolesError = (error: unknown): RolesError =>
  isRolesError(error) ? error : new RolesError("LAB_FAILED", String(error), { cause: error });

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const jsonType = { "content-type": "application/json" };
const patienceMs = 120_000;

/** Gives an order to a running lab. Errors: LAB_ABSENT when nobody answers, and what the order itself says. */
export async function giveOrder<T>(
  { control, token }: Pick<LabHandle, "control" | "token">,
  order: string,
  args: Record<string, string> = {},
): Promise<T> {
  const url = new URL(`/${order}`, control);
  for (const [name, value] of Object.entries(args)) url.searchParams.set(name, value);
  const { statusCode, body } = await request(url, {
    headers: { authorization: `Bearer ${token}` },
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
  }).catch((cause: unknown) => {
    throw new RolesError("LAB_ABSENT", "the process that looks after the lab does not answer", {
      hint: "`talos-roles lab down` clears up, then `talos-roles lab up` starts again.",
      cause,
    });
  });
  const content = (await body.json()) as T & { code?: RolesError["code"]; message?: string; hint?: string };
  if (statusCode === 200) return content;
  const { code = "LAB_FAILED", message = `the lab answers ${statusCode}`, hint } = content;
  throw new RolesError(code, message, hint === undefined ? {} : { hint });
}
