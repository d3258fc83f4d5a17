import { afterEach, expect, it } from "vitest";
import { serveOrders } from "./control.ts";
import { fetchPage, type Page } from "./fetch-page.ts";

const close: (() => void)[] = [];
afterEach(() => close.splice(0).forEach((end) => end()));

async function lab(pages: Page[]) {
  const asked: Record<string, string>[] = [];
  const served = await serveOrders(
    { fetch: async (args) => pages[Math.min(asked.push(args), pages.length) - 1] },
    "token",
  );
  close.push(() => served.close());
  return { asked, handle: { control: served.url, token: "token" } };
}
const none: Page = { ok: false, body: "no route" };
const there: Page = { ok: true, body: "hello" };
const page = { url: "http://10.96.0.80/", from: "outside" };

it("asks again while nothing answers, and is over with the first page", async () => {
  const { asked, handle } = await lab([none, there]);
  expect(await fetchPage(handle, { ...page, timeoutMs: 60_000 })).toEqual(there);
  expect(asked).toEqual([page, page]);
});

it("gives back why nothing came when the time is over, having asked at least once", async () => {
  const { asked, handle } = await lab([none]);
  expect(await fetchPage(handle, { ...page, timeoutMs: 0 })).toEqual(none);
  expect(asked).toHaveLength(1);
});
