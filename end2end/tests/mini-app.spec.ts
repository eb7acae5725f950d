// The app inside Telegram: a host page as Telegram Web's (crates/fake-telegram), another site than the app's, with the
// official script; who opens it is signed in by what Telegram has signed.

import { type FrameLocator, type Page } from "@playwright/test";

import { DEMO_SEED, NOW, type Server, startServer } from "../harness/server.js";
import { startTelegram, type Telegram } from "../harness/telegram.js";
import { expect, expectAccessible, test } from "../harness/test.js";

const HOUR_S = 3600;
const OWNER = 7000001;
const READER_IN_RUSSIAN = 7000003;
const INIT_DATA_AGE_S = HOUR_S;

const SCENARIO = {
  seed: 11,
  now: new Date(NOW * 1000).toISOString(),
  channels: [
    {
      username: "fast_news",
      title: "Fast News",
      members: 48200,
      generate: { posts: 120, every_minutes: 30, views: 9000 },
    },
  ],
  bots: [{ token: "7000000001:AAdemo-token-of-the-stand-in-0000000000", username: "analytic_demo_bot", name: "AnalyticBot" }],
  people: [
    { id: OWNER, first_name: "Dilnoza", username: "dilnoza", language: "en" },
    { id: READER_IN_RUSSIAN, first_name: "Anna", language: "ru" },
  ],
};

/** Chromium on Telegram Web's own choice of sandbox. */
const SANDBOX = "allow-scripts and allow-same-origin";
test.use({ provoked: new RegExp(SANDBOX) });

let telegram: Telegram;
let server: Server;

test.beforeAll(async () => {
  telegram = await startTelegram(SCENARIO);
  server = await startServer({
    demo: false,
    settings: {
      ANALYTICBOT_TELEGRAM__BOT_TOKEN: telegram.bot_token,
      ANALYTICBOT_TELEGRAM__BOT_USERNAME: "analytic_demo_bot",
      ANALYTICBOT_TELEGRAM__OWNERS: String(OWNER),
      ANALYTICBOT_TELEGRAM__WEB_APP_SCRIPT: telegram.web_app_script,
      ANALYTICBOT_SERVER__FRAME_ANCESTORS: `${site(telegram.mini_app_host)},${new URL(telegram.mini_app_host).origin}`,
      ANALYTICBOT_PREVIEW__URL: telegram.preview,
      ANALYTICBOT_PREVIEW__PAUSE_MS: "1",
    },
  });
  await server.command("demo", "--seed", String(DEMO_SEED), "--channels", "2");
});
test.afterAll(async () => {
  await server.remove();
  await telegram.stop();
});

/** The host is another site than 127.0.0.1: cookies of the app are third-party in it, as in Telegram Web. */
function site(address: string): string {
  return new URL(address.replace("127.0.0.1", "localhost")).origin;
}

interface Opening {
  person?: number;
  theme?: "light" | "dark";
  startParam?: string;
  path?: string;
  /** Unix seconds. */
  authDate?: number;
  /** The host is of the app's site, so that storage is the app's own, as in Telegram's own programs. */
  sameSite?: boolean;
}

/** What the host page knows of the app. */
interface Host {
  state: {
    ready: boolean;
    expanded: boolean;
    backButton: boolean;
    confirmClosing: boolean;
    haptics: unknown[];
    links: string[];
    mainButton: { is_visible?: boolean; text?: string };
  };
  setTheme(name: string): void;
}
declare global {
  interface Window {
    miniApp: Host;
  }
}

async function openInTelegram(page: Page, opening: Opening = {}): Promise<FrameLocator> {
  const address = new URL("/mini-app", opening.sameSite ? telegram.mini_app_host : site(telegram.mini_app_host));
  address.searchParams.set("url", server.url + (opening.path ?? "/"));
  address.searchParams.set("person", String(opening.person ?? OWNER));
  address.searchParams.set("theme", opening.theme ?? "light");
  address.searchParams.set("auth_date", String(opening.authDate ?? NOW));
  if (opening.startParam !== undefined) address.searchParams.set("start_param", opening.startParam);
  await page.goto(address.href);
  return page.frameLocator("#app");
}

function host<T>(page: Page, read: (host: Host) => T): Promise<T> {
  return page.evaluate(`(${read})(window.miniApp)`) as Promise<T>;
}

for (const theme of ["light", "dark"] as const) {
  test(`opens signed in, in Telegram's ${theme} theme`, async ({ page }, info) => {
    const app = await openInTelegram(page, { theme });
    await expect(app.locator("header").getByText("Orbit Daily").first()).toBeVisible();
    await expect(app.locator("#metric-reach")).toBeVisible();
    await expect(app.locator("html")).toHaveAttribute("data-theme", theme);
    await expect.poll(() => host(page, ({ state }) => state.ready && state.expanded)).toBe(true);
    expect(await page.context().cookies(server.url), "the session is in memory only").toEqual([]);
    await expectAccessible(page);
    await page.screenshot({ path: info.outputPath(`mini-app-${theme}.png`) });
  });
}

test("follows the host's theme, its back button, and gives it the way out", async ({ page }) => {
  const app = await openInTelegram(page);
  const metric = app.locator("#metric-reach");
  await expect(metric).toBeVisible();
  await expect.poll(() => host(page, ({ state }) => state.ready)).toBe(true);
  await host(page, (it) => it.setTheme("dark"));
  await expect(app.locator("html")).toHaveAttribute("data-theme", "dark");

  const back = page.getByRole("button", { name: "Back" });
  await expect(back).toBeHidden();
  await app.getByRole("link", { name: "Posts" }).first().click();
  await expect(back).toBeVisible();
  await back.click();
  await expect(metric).toBeVisible();
  await expect(back).toBeHidden();
  expect((await host(page, ({ state }) => state.haptics)).length).toBeGreaterThan(0);
});

test("a page that is loaded again is signed in again", async ({ page }) => {
  const app = await openInTelegram(page, { sameSite: true });
  await expect(app.locator("#metric-reach")).toBeVisible();
  await app.locator("body").evaluate(() => location.reload());
  await expect(app.locator("#metric-reach")).toBeVisible();
});

test("a deep link opens the channel it names", async ({ page }) => {
  const channels = JSON.parse(await server.command("channel", "list", "--json")).channels;
  const last = channels[channels.length - 1];
  const app = await openInTelegram(page, { startParam: `c-${last.channel}` });
  await expect(app.locator("header").getByText(last.title).first()).toBeVisible();
  await expect(app.locator("#metric-reach")).toBeVisible();
});

test("speaks the language of the person's Telegram", async ({ page }) => {
  const app = await openInTelegram(page, { person: READER_IN_RUSSIAN });
  await expect(app.locator("html")).toHaveAttribute("lang", "ru");
  // invited nowhere: a workspace of her own, which is empty
  await expect(app.getByText("Orbit Daily")).toHaveCount(0);
  await expect(app.locator("#main .empty")).toBeVisible();
});

test.describe("refused", () => {
  test.use({ provoked: new RegExp(`${SANDBOX}|401`) });

  test("an app that was opened too long ago says so", async ({ page }) => {
    const app = await openInTelegram(page, { authDate: NOW - INIT_DATA_AGE_S - 60 });
    await expect(app.getByRole("alert")).toContainText("too old");
    await expect(app.getByText("Orbit Daily")).toHaveCount(0);
    await expectAccessible(page);
  });

  test("a changed user is not believed", async ({ page }) => {
    await openInTelegram(page);
    const app = page.frameLocator("#app");
    await expect(app.locator("#metric-reach")).toBeVisible();
    const src = (await page.locator("#app").getAttribute("src")) ?? "";
    const forged = src.replaceAll(String(READER_IN_RUSSIAN), "").replaceAll(String(OWNER), String(OWNER + 1));
    expect(forged).not.toBe(src);
    // what Telegram's script has kept of the first launch goes with the tab
    await page.evaluate((address) => {
      const frame = document.querySelector("iframe");
      frame?.setAttribute("src", "about:blank");
      setTimeout(() => frame?.setAttribute("src", address), 100);
    }, forged);
    await expect(app.getByRole("alert")).toContainText("signature does not fit");
  });
});

test("a channel is connected by its public page; its numbers come, and move", async ({ page }, info) => {
  const app = await openInTelegram(page, { path: "/settings" });
  const name = app.getByRole("textbox", { name: /channel/i });
  await name.fill("@fast_news");
  await expect.poll(() => host(page, ({ state }) => state.confirmClosing), { message: "closing asks first" }).toBe(true);
  await app.getByRole("button", { name: "Connect" }).click();
  await expect(app.locator(".outcome").filter({ hasText: "Connected" })).toBeVisible();
  await expect.poll(() => host(page, ({ state }) => state.confirmClosing)).toBe(false);
  const row = app.locator(".settings-list > li").filter({ hasText: "@fast_news" }).first();
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("mini-app-connected.png") });

  await row.getByRole("link", { name: "Fast News" }).click();
  await expect(app.locator("header").getByText("Fast News").first()).toBeVisible();
  await expect(app.locator("#metric-reach")).toBeVisible();
  await app.getByRole("link", { name: "Posts" }).first().click();
  await expect(app.locator("main")).toContainText("post", { ignoreCase: true });
  await expect(app.getByText("Out of the blue")).toHaveCount(0);

  await telegram.act("clock", { advance: HOUR_S });
  await telegram.act("post", { channel: "fast_news", post: { text: "Out of the blue" } });
  await server.setClock(NOW + HOUR_S);
  try {
    // nobody touches the page
    await expect(app.getByText("Out of the blue").filter({ visible: true }).first()).toBeVisible({ timeout: 45_000 });
    await page.screenshot({ path: info.outputPath("mini-app-moved.png") });
  } finally {
    await server.setClock(NOW);
  }
});
