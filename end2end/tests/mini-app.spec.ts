// The app inside Telegram: a host page as Telegram Web's (crates/fake-telegram), another site than the app's, with the
// official script; who opens it is signed in by what Telegram has signed.

import { type FrameLocator, type Page } from "@playwright/test";
import { sign, validate } from "@tma.js/init-data-node";

import { DEMO_SEED, NOW, type Server, startServer } from "../harness/server.js";
import { startTelegram, type Telegram } from "../harness/telegram.js";
import { expect, expectAccessible, open, test } from "../harness/test.js";

const HOUR_S = 3600;
const OWNER = 7000001;
const READER_IN_RUSSIAN = 7000003;
const INIT_DATA_AGE_S = HOUR_S;

const SCENARIO = {
  seed: 11,
  now: new Date(NOW * 1000).toISOString(),
  channels: [
    { username: "fast_news", title: "Fast News", members: 48200, generate: { posts: 120, every_minutes: 30, views: 9000 } },
    { username: "calm_news", title: "Calm News", members: 15400, generate: { posts: 90, every_minutes: 240, views: 6000 } },
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
/** Unix seconds, of the server and of the stand-in. */
let now = NOW;

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
  now = NOW;
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
  address.searchParams.set("auth_date", String(opening.authDate ?? now));
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

test("a deep link opens its channel also where the page's own part is slow to come", async ({ page }) => {
  // by then the session is there, and `/` would lead to the first channel
  await page.route(/\/pkg\/(?!app\.)[^/]*\.wasm/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
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
    const app = await openInTelegram(page, { authDate: now - INIT_DATA_AGE_S - 60 });
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

test("a signer and a verifier that nobody here wrote agree with ours, both ways", async () => {
  const signIn = (initData: string) => fetch(`${server.url}/api/v2/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ init_data: initData }),
  });
  const data = {
    chat_instance: "-3788475317572404878",
    chat_type: "private",
    start_param: "c-orbit_daily_demo",
    // Telegram escapes the slashes of addresses; other letters it leaves as they are
    user: { id: OWNER, first_name: "Dilnoza «Ð»", language_code: "uz", photo_url: "https://t.me/i/userpic/320/x.svg" },
  };
  const theirs = sign(data, telegram.bot_token, new Date(now * 1000));
  expect((await signIn(theirs)).status).toBe(200);
  expect((await signIn(sign(data, `${telegram.bot_token}x`, new Date(now * 1000)))).status).toBe(401);

  const asked = await fetch(`${telegram.mini_app_host}/init-data?person=${OWNER}&auth_date=${now}&start_param=x`);
  const { init_data: ours } = await asked.json() as { init_data: string };
  expect((await signIn(ours)).status).toBe(200);
  validate(ours, telegram.bot_token, { expiresIn: 0 });
  expect(() => validate(ours.replace("Dilnoza", "Dilfuza"), telegram.bot_token, { expiresIn: 0 })).toThrow();
});

test("a browser signs in by the Login Widget, stays signed in, and signs out", async ({ page }) => {
  // the widget itself is Telegram's; its button asks Telegram, which signs and sends the browser back
  await page.route("https://telegram.org/js/telegram-widget.js*", (route) => route.fulfill({
    contentType: "text/javascript",
    body: `{
      const { telegramLogin, authUrl } = document.currentScript.dataset;
      const link = document.createElement("a");
      link.textContent = "Log in with Telegram, " + telegramLogin;
      link.href = ${JSON.stringify(telegram.mini_app_host)}.replace("/mini-app", "/login-widget")
        + "?person=${OWNER}&auth_date=${now}&to=" + encodeURIComponent(authUrl);
      document.currentScript.after(link);
    }`,
  }));
  await open(page, `${server.url}/settings`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Open in Telegram" })).toHaveAttribute("href", "https://t.me/analytic_demo_bot");
  await expectAccessible(page);
  const way = page.getByRole("link", { name: "Log in with Telegram, analytic_demo_bot" });
  const back = await (await fetch((await way.getAttribute("href")) ?? "", { redirect: "manual" })).headers.get("location");
  await way.click();
  await expect(page).toHaveURL(`${server.url}/settings`);
  await expect(page.getByText("Orbit Daily").filter({ visible: true }).first()).toBeVisible();
  await open(page, `${server.url}/settings/appearance`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await page.context().cookies(server.url)).not.toContainEqual(expect.objectContaining({ name: "analyticbot_session" }));

  // what has signed in once signs in nobody again, whoever has it
  await page.goto(back ?? "");
  await expect(page.getByRole("alert")).toContainText("too old");
});

for (const [theme, channel, title, posts] of [
  ["light", "fast_news", "Fast News", 120],
  ["dark", "calm_news", "Calm News", 90],
] as const) {
  test(`a channel is connected by its public page; its numbers come, and move (${theme})`, async ({ page }, info) => {
    // a whole walk with two readings of the page by a job, beside other tests on two cores
    test.setTimeout(120_000);
    const app = await openInTelegram(page, { path: "/settings", theme });
    const name = app.getByRole("textbox", { name: /channel/i });
    await name.fill(`@${channel}`);
    await expect.poll(() => host(page, ({ state }) => state.confirmClosing), { message: "closing asks first" }).toBe(true);
    await app.getByRole("button", { name: "Connect" }).press("Enter");
    await expect(app.locator(".outcome").filter({ hasText: "Connected" })).toBeVisible();
    await expect.poll(() => host(page, ({ state }) => state.confirmClosing)).toBe(false);
    const row = app.locator(".settings-list > li").filter({ hasText: `@${channel}` }).first();
    await expect(row).toBeVisible();
    await expectAccessible(page);
    await page.screenshot({ path: info.outputPath(`mini-app-connected-${theme}.png`) });

    // by keyboard: where Chromium plays a phone, it looks for taps of a frame of another site where that stood before
    // it was scrolled
    await row.getByRole("link", { name: title }).press("Enter");
    await expect(app.locator("header").getByText(title).first()).toBeVisible();
    await expect(app.locator("#metric-reach")).toBeVisible();
    await app.getByRole("link", { name: "Analytics" }).filter({ visible: true }).press("Enter");
    await expect(app.getByRole("button", { name: `All ${posts}` })).toBeVisible();

    await telegram.act("clock", { advance: HOUR_S });
    await telegram.act("post", { channel, post: { text: "Out of the blue" } });
    now += HOUR_S;
    await server.setClock(now);
    // nobody touches the page
    await expect(app.getByRole("button", { name: `All ${posts + 1}` })).toBeVisible({ timeout: 30_000 });
    await page.screenshot({ path: info.outputPath(`mini-app-moved-${theme}.png`) });
  });
}
