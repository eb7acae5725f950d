// Servers of their own: one that goes away, one without channels, one whose data move.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "@playwright/test";

import { ANALYTICS, HOME } from "../harness/screens.js";
import { DEMO_SEED, NOW, type Server, startServer } from "../harness/server.js";
import { expect, expectAccessible, open, test } from "../harness/test.js";

const HOUR_S = 3600;

/** Runs `act` with a server of its own; the page leaves before the server does, so that nothing is lost on it. */
async function withServer(page: Page, act: (server: Server) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    await act(server);
    await page.goto("about:blank");
  } finally {
    await server.remove();
  }
}

test.describe("the server goes away", () => {
  // that is what is tested: the browser says so, the page must not
  test.use({ provoked: /request failed|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket/ });
  let server: Server;

  test.beforeAll(async () => {
    server = await startServer();
    await server.command("demo", "--seed", String(DEMO_SEED), "--channels", "1");
  });
  test.afterAll(() => server.remove());

  for (const path of [HOME, ANALYTICS]) {
    test(`${path} keeps its numbers, says so, and goes on by itself`, async ({ page }) => {
      await open(page, server.url + path);
      const first = page.locator("#main .card").first();
      // a chart draws its labels when its bundle has come
      const plot = first.locator(".chart-plot");
      if ((await plot.count()) > 0) await expect(plot.locator("svg text").first()).toBeVisible();
      const before = await first.innerText();
      await server.stop();
      try {
        await expect(page.locator(".offline-bar")).toBeVisible({ timeout: 30_000 });
        await page.locator(".offline-bar").getByRole("button", { name: "Try again" }).click();
        await expect(first).toHaveText(before, { useInnerText: true });
        await expectAccessible(page);
      } finally {
        await server.start();
      }
      await expect(page.locator(".offline-bar")).toHaveCount(0, { timeout: 45_000 });
      await expect(page.locator(".stale-line")).toHaveCount(0, { timeout: 45_000 });
    });
  }
});

test("a workspace without channels says how to get one", async ({ page }) => {
  await withServer(page, async (server) => {
    await open(page, server.url);
    await expect(page.locator(".empty")).toBeVisible();
    await expectAccessible(page);
    await page.locator(".empty .ways a").first().click();
    await expect(page).toHaveURL(/settings\/channels/);
  });
});

for (const socket of ["a socket", "no socket"]) {
  test(`demo data move with the clock, and the open page follows: ${socket}`, async ({ page }) => {
    let closed = 0;
    if (socket === "no socket") {
      // as a proxy that lets no WebSocket through: to the page it never opens
      await page.routeWebSocket(/\/api\/live$/, (route) => {
        closed += 1;
        return route.close();
      });
    }
    await withServer(page, async (server) => {
      await server.command("demo", "--seed", String(DEMO_SEED), "--channels", "1");
      await open(page, server.url + HOME);
      const posts = page.locator(".post-list");
      const before = await posts.innerText();
      await server.setClock(NOW + 26 * HOUR_S);
      // no reload: the job writes, the page hears of it
      await expect(posts).not.toHaveText(before, { useInnerText: true, timeout: 50_000 });
      await expect(page.locator(".offline-bar")).toHaveCount(0);
      expect(closed > 0).toBe(socket === "no socket");
    });
  });
}

test("an imported channel is everywhere, and twice is once", async ({ page }) => {
  const POSTS = 40;
  const folder = await mkdtemp(join(tmpdir(), "analyticbot-csv-"));
  const file = join(folder, "posts.csv");
  const rows = Array.from({ length: POSTS }, (_, index) => {
    const at = new Date((NOW - (index + 8) * 24 * HOUR_S) * 1000).toISOString();
    return `tiny_channel,${100 - index},${at},${1_000 + 37 * index},${index},${3 * index},${index % 4},photo,"Post ${index}, with a comma"`;
  });
  await writeFile(file, ["channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text", ...rows].join("\n"));
  await withServer(page, async (server) => {
    const importing = ["import", "posts", file, "--tz", "Asia/Tashkent", "--taken-at", new Date(NOW * 1000).toISOString()];
    const asked = ["stats", "tiny_channel", "overview", "--json"];
    await server.command(...importing);
    const once = await server.command(...asked);
    await server.command(...importing);
    expect(await server.command(...asked)).toBe(once);
    await open(page, `${server.url}/channels/tiny_channel?period=90d`);
    await expect(page.locator("[aria-labelledby='metric-posts'] .value")).toHaveText(String(POSTS));
    await expect(page.locator(".top-bar .actions .demo-mark")).toHaveCount(0);
    await open(page, `${server.url}/channels/tiny_channel/analytics?period=90d`);
    await expect(page.locator("section[aria-labelledby='top-posts'] tbody tr").first()).toBeVisible();
  });
  await rm(folder, { recursive: true });
});
