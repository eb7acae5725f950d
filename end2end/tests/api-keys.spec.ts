// Keys of the public API, from making one in Settings to the 401 after it was revoked.

import type { APIRequestContext, Page } from "@playwright/test";

import { CHANNEL } from "../harness/screens.js";
import { expect, expectAccessible, expectNoSidewaysScroll, open, test } from "../harness/test.js";

const OTHER = "slow_code_demo";
const LIST = "section[aria-labelledby='settings-keys-list'] .settings-list > li";
const SECRET = /^abk_[\w-]{43}$/;

/** Asks as a program does: without the page's cookies. */
function ask(request: APIRequestContext, key: string, path: string) {
  return request.get(`/api/v2${path}`, { headers: { authorization: `Bearer ${key}` } });
}

/** Makes a key in the form and reads it off the page. */
async function make(page: Page, name: string, channel?: string): Promise<string> {
  await page.getByLabel("What it is for").fill(name);
  if (channel) {
    await page.getByLabel("All channels, also those to come").uncheck();
    await page.getByLabel(channel).check();
  }
  await page.getByRole("button", { name: "Make a key" }).click();
  const shown = page.locator(".notice .new-secret");
  await expect(shown).toHaveText(SECRET);
  return shown.innerText();
}

async function revoke(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("refused at once");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
}

test("a key is shown once, reads numbers until it is revoked, and nothing after", async ({ page, context, request, isMobile }) => {
  const name = `Grafana ${isMobile ? "on a phone" : "on a desk"}`;
  const row = page.locator(LIST, { hasText: name });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "/settings/api-keys");
  const key = await make(page, name);
  await expect(row).toContainText(`abk_…${key.slice(-4)} · read:analytics · All channels`);
  await expect(row).toContainText("never used");
  await expect(row).toContainText("ends 18 Feb 2027");
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  // tall enough for all of it: a button under the tab bar is no smaller for that
  await page.setViewportSize({ width: page.viewportSize()?.width ?? 390, height: 1600 });
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  const answer = await ask(request, key, `/channels/${CHANNEL}/overview`);
  expect(answer.status()).toBe(200);
  expect((await answer.json()).meta.channel).toBe(CHANNEL);

  await open(page, "/settings/api-keys");
  await expect(row).toContainText("last used 20 Nov 2026, 12:00 UTC");
  await expect(page.locator(".new-secret"), "it is not shown again").toHaveCount(0);
  expect(await page.content()).not.toContain(key);

  await revoke(page, name);
  await expect(row.locator(".badge")).toHaveText("revoked");
  await expect(row.getByRole("button")).toHaveCount(0);
  const refused = await ask(request, key, `/channels/${CHANNEL}/overview`);
  expect(refused.status()).toBe(401);
  expect(refused.headers()["content-type"]).toBe("application/problem+json");
  await expectAccessible(page);
});

test("a key for one channel knows no other", async ({ page, request, isMobile }) => {
  const name = `One channel ${isMobile ? "on a phone" : "on a desk"}`;
  await open(page, "/settings/api-keys");
  const key = await make(page, name, "Orbit Daily");
  await expect(page.locator(LIST, { hasText: name })).toContainText("read:analytics · Orbit Daily");
  expect((await ask(request, key, `/channels/${CHANNEL}/reach`)).status()).toBe(200);
  expect((await ask(request, key, `/channels/${OTHER}/reach`)).status()).toBe(404);
  const listed = await (await ask(request, key, "/channels")).json();
  expect(listed.data.channels.map((row: { channel: string }) => row.channel)).toEqual([CHANNEL]);
  await revoke(page, name);
  await expect(page.locator(LIST, { hasText: name }).locator(".badge")).toHaveText("revoked");
});

test.describe("without a channel", () => {
  test.use({ provoked: /response 400|status of 400/ });

  test("no key is made, and the form says why", async ({ page }) => {
    await open(page, "/settings/api-keys");
    const before = await page.locator(LIST).count();
    await page.getByLabel("What it is for").fill("For nothing");
    await page.getByLabel("All channels, also those to come").uncheck();
    await page.getByRole("button", { name: "Make a key" }).click();
    await expect(page.locator(".outcome .bad")).toContainText("at least one channel");
    await expect(page.locator(LIST)).toHaveCount(before);
  });
});
