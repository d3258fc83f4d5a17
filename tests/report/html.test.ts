import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tailnetOf } from "../../src/cluster/tailnet.ts";
import { verify } from "../../src/cluster/verify.ts";
import { htmlReport } from "../../src/report/html.ts";
import { simulatedCluster } from "../helpers/simulated-cluster.ts";

// Screenshots are kept where this names a folder, to be looked at.
const keep = process.env["SCREENSHOTS"];
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } } as const;
const pages = new Map<string, string>();
let browser: Browser;
let folder: string;
let axe: string;

const scenes = [
  { name: "well", row: "well", nodes: 6 },
  { name: "no-document", row: "B1", nodes: 6 },
  { name: "second-gateway", row: "A2-waiting", nodes: 6 },
  { name: "no-module", row: "B7", nodes: 20 },
  { name: "many", row: "D4", nodes: 90, access: { refuses: 3, expired: 2 } },
] as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-"));
  if (keep !== undefined) await mkdir(keep, { recursive: true });
  axe = await readFile(axePath, "utf8");
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  for (const [at, scene] of scenes.entries()) {
    const cluster = await simulatedCluster({
      ...scene,
      net: 140 + at,
      speed: 30,
      settleMs: 3000 + scene.nodes * 15,
    });
    const tailnet = tailnetOf(cluster.tailnet);
    const verdict = await verify({ ...cluster.options, tailnet });
    const page = htmlReport({ verdict, roles: cluster.options.roles, at: Date.UTC(2026, 0, 1, 12) });
    pages.set(scene.name, join(folder, `${scene.name}.html`));
    await writeFile(join(folder, `${scene.name}.html`), page);
    expect(await cluster.close()).toEqual([]);
  }
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

interface AxeResult {
  violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
}

interface Look {
  dark?: boolean;
  script?: boolean;
}

async function open(
  name: string,
  size: keyof typeof sizes,
  { dark = false, script = true }: Look = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: script,
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(pathToFileURL(pages.get(name) ?? "").href);
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  if (keep === undefined) return;
  const { width } = page.viewportSize() ?? sizes.phone;
  const height = Number(await page.evaluate("document.documentElement.scrollHeight"));
  const clip = { x: 0, y: 0, width, height: Math.min(height, 3000) };
  await page.screenshot({ path: join(keep, `${name}.png`), fullPage: true, clip });
}

const looks = scenes.flatMap(({ name }) => [
  { name, size: "phone" as const, dark: false },
  { name, size: "desktop" as const, dark: true },
]);

describe("the page of a verdict", () => {
  it.each(looks)(
    "$name on a $size, dark $dark: no violation, nothing to scroll sideways",
    async ({ name, size, dark }) => {
      const page = await open(name, size, { dark });
      await shoot(page, `${name}-${size}${dark ? "-dark" : ""}`);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      expect(wide).toBeLessThanOrEqual(sizes[size].width);
      await page.addScriptTag({ content: axe });
      const { violations } = await page.evaluate<AxeResult>("axe.run()");
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join()} ${nodes[0]?.failureSummary}`),
      ).toEqual([]);
      await page.context().close();
    },
  );

  it("says at its top which node is ill, of what, and until when", async () => {
    const page = await open("no-document", "phone");
    const banner = await page.locator(".banner").innerText();
    expect(banner).toMatch(/Not formed/);
    expect(banner).toMatch(
      /n1 \(gateway\): no ExtensionServiceConfig named tailscale\. It reboots in \d+ minutes/,
    );
    const box = await page.locator(".banner").boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(sizes.phone.height);
    await page.context().close();
  });

  it("is whole without scripts, and loads nothing", async () => {
    const page = await open("no-document", "desktop", { script: false });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.reload();
    expect(asked).toHaveLength(1);
    await page.locator(".no summary").first().click();
    await expect(page.locator(".no details li").first().isVisible()).resolves.toBe(true);
    expect(await page.locator("svg.cluster.wide").isVisible()).toBe(true);
    await page.context().close();
  });

  it("draws one gateway between tailnet and nodes, and none twice", async () => {
    const page = await open("well", "desktop");
    expect(await page.locator("svg.cluster.wide .wire").count()).toBe(1);
    expect(await page.locator("svg.cluster.wide .node").count()).toBe(6);
    await page.context().close();
  });

  it("shows everything on paper, in black on white", async () => {
    const page = await open("no-document", "desktop", { dark: true });
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    const height = await page.evaluate("document.querySelector('details li').getBoundingClientRect().height");
    expect(height).toBeGreaterThan(0);
    await shoot(page, "no-document-print");
    await page.context().close();
  });
});
