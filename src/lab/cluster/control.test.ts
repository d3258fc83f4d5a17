import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RolesError } from "../../errors.ts";
import { giveOrder, serveOrders } from "./control.ts";

let served: Awaited<ReturnType<typeof serveOrders>>;
const token = "a".repeat(48);
const given: Record<string, string>[] = [];
beforeAll(async () => {
  served = await serveOrders(
    {
      status: (args) => (given.push(args), Promise.resolve({ machines: 3 })),
      down: () => Promise.resolve(undefined),
      restart: () => Promise.reject(new RolesError("USAGE", 'no machine "n9"', { hint: "It has: n1." })),
      fetch: () => Promise.reject(new TypeError("a bug")),
    },
    token,
  );
});
afterAll(() => served.close());
const handle = (own = token) => ({ control: served.url, token: own });

describe("orders to a lab", () => {
  it("reach it with their arguments, and come back with its answer", async () => {
    expect(await giveOrder(handle(), "status", { of: "n1 & n2" })).toEqual({ machines: 3 });
    expect(given).toEqual([{ of: "n1 & n2" }]);
    expect(await giveOrder(handle(), "down")).toEqual({});
  });

  it("come back with the error that the lab has, its code and its hint", async () => {
    await expect(giveOrder(handle(), "restart")).rejects.toMatchObject({
      code: "USAGE",
      message: 'no machine "n9"',
      hint: "It has: n1.",
    });
    await expect(giveOrder(handle(), "fetch")).rejects.toMatchObject({
      code: "LAB_FAILED",
      message: /a bug/,
    });
  });

  it("are taken from nobody who does not know the token, and only those that there are", async () => {
    for (const own of ["", "b".repeat(48), token.slice(1)])
      await expect(giveOrder(handle(own), "status")).rejects.toMatchObject({
        message: "the lab answers 401",
      });
    await expect(giveOrder(handle(), "format")).rejects.toMatchObject({ message: "the lab answers 404" });
    await expect(giveOrder(handle(), "constructor")).rejects.toMatchObject({
      message: "the lab answers 404",
    });
  });

  it("say that nobody answers where the lab is gone", async () => {
    const gone = await serveOrders({}, token);
    gone.close();
    await expect(giveOrder({ control: gone.url, token }, "status")).rejects.toMatchObject({
      code: "LAB_ABSENT",
    });
  });
});
