// The page of one post.

import { CHANNEL, HOME, newestPost } from "../harness/screens.js";
import { expect, open, test } from "../harness/test.js";

/** Days whose posts have been read at every age when the runs happen. */
const WEEKS_AGO = "2026-11-01..2026-11-05";

test("everything about a post that was read often", async ({ page }) => {
  await open(page, `${HOME}?period=${WEEKS_AGO}`);
  await page.locator(".post-list a.name").first().click();
  await expect(page).toHaveTitle(/Orbit Daily/);
  await expect(page.locator(".bar-list li")).toHaveCount(8);
  await expect(page.locator(".counters .spark")).toHaveCount(3);
  for (const id of ["post-views", "post-er", "post-growth", "post-usual"]) {
    await page.locator(`[popovertarget='${id}-formula']`).click();
    await expect(page.locator(`#${id}-formula .rule`)).toContainText("as of");
    await page.keyboard.press("Escape");
  }
  // the first days, or every reading
  const table = page.locator("#chart-post table tbody tr");
  await page.locator("#chart-post summary").click();
  const first = await table.count();
  await page.getByRole("button", { name: "All readings" }).click();
  await expect(table).not.toHaveCount(first);
});

test("posts are walked through one by one", async ({ page }) => {
  await open(page, await newestPost(page));
  await expect(page.locator(".neighbours .later")).toHaveCount(0);
  const title = await page.title();
  const earlier = page.locator(".neighbours .earlier");
  const address = await earlier.getAttribute("href");
  await earlier.click();
  await expect(page).toHaveURL(new RegExp(`${address}$`));
  await expect(page).not.toHaveTitle(title);
  await page.locator(".neighbours .later").click();
  await expect(page).toHaveTitle(title);
});

test("a made-up post is not looked for in Telegram, and can be compared", async ({ page }) => {
  const address = await newestPost(page);
  await open(page, address);
  await expect(page.locator("a[href^='https://t.me']")).toHaveCount(0);
  await page.getByRole("link", { name: "Compare with others" }).click();
  await expect(page).toHaveURL(new RegExp(`${HOME}/analytics\\?posts=${address.split("/").pop()}`));
});

test("a post's page is reached and left", async ({ page }) => {
  await open(page, await newestPost(page));
  await page.locator(".toolbar .back").click();
  await expect(page).toHaveURL(new RegExp(`/channels/${CHANNEL}$`));
  await page.goBack();
  await expect(page.locator(".figures")).toBeVisible();
});

test.describe("there is no such post", () => {
  test.use({ provoked: /404/ });
  for (const id of ["999999999", "abc", "-1"]) {
    test(`${id} answers 404 and leads back`, async ({ page }) => {
      const response = await page.goto(`${HOME}/posts/${id}`);
      expect(response?.status()).toBe(404);
      await expect(page.locator("#main")).toContainText("There is no such post here");
      await page.locator("#main").getByRole("link", { name: "To the dashboard" }).click();
      await expect(page.locator(".metric-card")).toHaveCount(4);
    });
  }
});

test.describe("a real post", () => {
  test.skip(!process.env.ANALYTICBOT_REAL_DATA, "no real data here");

  test("read once, it says what it knows and links to Telegram", async ({ page }) => {
    await open(page, "/channels/d_code");
    await page.locator(".post-list a.name").first().click();
    await expect(page.locator("#main")).toContainText("Read once");
    await expect(page.locator("a[href^='https://t.me/d_code/']")).toHaveAttribute("rel", /noopener/);
    await expect(page.locator("[popovertarget='post-growth-formula']")).toBeVisible();
    await expect(page.locator(".figures .value").nth(2)).toHaveText("–");
  });
});
