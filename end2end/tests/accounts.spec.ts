// An account of Telegram that reads channels, from Settings: a channel is read by it, the page follows, the switch stops
// it. Telegram is the stand-in; signing in is the shell's.

import { NOW, type Server, startServer } from "../harness/server.js";
import { startTelegram, type Telegram } from "../harness/telegram.js";
import { expect, expectAccessible, expectNoSidewaysScroll, open, test } from "../harness/test.js";

const POSTS = 60;
/** One for each theme. */
const CHANNELS = ["fast_news", "calm_news"];
const SCENARIO = {
  seed: 11,
  now: new Date(NOW * 1000).toISOString(),
  accounts: [{ id: 11, first_name: "Dilnoza", phone: "998901112233", admin_of: CHANNELS }],
  channels: CHANNELS.map((username) => ({
    username,
    title: username === "fast_news" ? "Fast News" : "Calm News",
    members: 4200,
    generate: { posts: POSTS, every_minutes: 240, views: 6000 },
  })),
};
const ACCOUNTS = "section[aria-labelledby='settings-accounts']";

let telegram: Telegram;
let server: Server;

test.beforeAll(async () => {
  telegram = await startTelegram(SCENARIO);
  server = await startServer({
    settings: {
      ANALYTICBOT_MTPROTO__API_ID: "12",
      ANALYTICBOT_MTPROTO__API_HASH: "made-up",
      ANALYTICBOT_MTPROTO__ENCRYPTION_KEY: "ab".repeat(32),
      ANALYTICBOT_MTPROTO__STAND_IN: telegram.description,
      ANALYTICBOT_MTPROTO__PACE_PERCENT: "1000",
      ANALYTICBOT_MTPROTO__HISTORY_ENABLED: "true",
    },
  });
});
test.afterAll(async () => {
  await server.remove();
  await telegram.stop();
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("without an account the page says how to sign one in", async ({ page }) => {
      test.skip(theme === "dark", "by then there is one");
      await open(page, `${server.url}/settings/channels`);
      await expect(page.locator(ACCOUNTS)).toContainText("analyticbot account login --phone");
      await expect(page.locator(ACCOUNTS)).toContainText("docs/collecting.md");
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await server.tell(telegram.auth_key, "account", "import", "auth-key", "--dc", String(telegram.home));
    });

    test("a channel is read by an account, and the page says how far", async ({ page }, info) => {
      const username = theme === "light" ? CHANNELS[0] : CHANNELS[1];
      await open(page, `${server.url}/settings/channels`);
      const account = page.locator(`${ACCOUNTS} .settings-list > li`).filter({ hasText: "Dilnoza" });
      await expect(account.locator(".badge")).toHaveText("active");
      const connect = page.locator("section[aria-labelledby='settings-connect']");
      await connect.getByText("By your own account").click();
      await connect.getByLabel("Name or address of the channel").last().fill(`https://t.me/${username}`);
      await connect.getByRole("button", { name: "Read by an account" }).click();
      await expect(connect.getByRole("status").last()).toContainText("An account reads it from now on");
      const row = page.locator("section[aria-labelledby='settings-channels-list'] .settings-list > li").filter({ hasText: `@${username}` });
      await expect(row.locator(".read-so-far")).toContainText(/Read from the first message to number/);
      await expect(row).toContainText(`${POSTS} posts`);
      await expect(row).toContainText("mtproto.stats_enabled is off");

      // what it was used for is read when it is opened, and stays open while the page hears of news
      await account.getByText("What it was used for, 24 hours").click();
      await expect(account.getByRole("region")).toContainText("messages.getHistory");
      await page.setViewportSize({ width: page.viewportSize()?.width ?? 390, height: 2400 });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await page.screenshot({ path: info.outputPath(`accounts-${theme}.png`), fullPage: true });
    });

    test("the switch stops an account and starts it again, by the keyboard", async ({ page }) => {
      await open(page, `${server.url}/settings/channels`);
      const account = page.locator(`${ACCOUNTS} .settings-list > li`).filter({ hasText: "Dilnoza" });
      await account.getByRole("button", { name: "Stop Dilnoza" }).focus();
      await page.keyboard.press("Enter");
      await expect(account.locator(".badge")).toHaveText("stopped");
      await expect(account).toContainText("A person has switched it off.");
      await expect(page.locator(ACCOUNTS).getByRole("status").filter({ hasText: "Stopped." })).toBeVisible();
      await expect(account.getByRole("button", { name: "Resume Dilnoza" })).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(account.locator(".badge")).toHaveText("active");
      await expect(account.getByRole("button", { name: "Stop Dilnoza" })).toBeFocused();
    });
  });
}

test("a channel is no longer read by an account", async ({ page }) => {
  const username = CHANNELS[0];
  await open(page, `${server.url}/settings/channels`);
  const row = page.locator("section[aria-labelledby='settings-channels-list'] .settings-list > li").filter({ hasText: `@${username}` });
  await row.getByRole("button", { name: "Own account: no longer collect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(row).toContainText("Fed by files only");
  // it is there already: one press is enough
  await row.getByRole("button", { name: /by an account too/ }).click();
  await expect(row.locator(".read-so-far")).toBeVisible();
});
