// Best time to post: one channel with an hour that matters, one without. Everything that is played with is worked out
// in the browser; what is kept and the experiment go through the server.

import type { Page } from "@playwright/test";

import { HOME } from "../harness/screens.js";
import { apiCalls, expect, open, reload, test } from "../harness/test.js";

const WITH_EFFECT = `${HOME}/best-time?objective=24h`;
const WITHOUT = "/channels/slow_code_demo/best-time?objective=24h";
const VERDICT = ".card.verdict .word";

/** Hour of each recommended slot. */
const slotHours = (page: Page) => page.locator("section[aria-labelledby='slots'] .when").evaluateAll((slots) =>
  slots.map((slot) => Number(/(\d\d):00–/.exec(slot.textContent ?? "")?.[1])),
);

const marked = (page: Page) => page.locator("table.heatmap td.slot");

test("a channel whose hour matters says so, with intervals and posts", async ({ page }) => {
  await open(page, WITH_EFFECT);
  await expect(page.locator(VERDICT)).toHaveText("Difference found");
  const rows = page.locator("section[aria-labelledby='slots'] .slot-list li:not(.scale)");
  expect(await rows.count()).toBeGreaterThan(0);
  await expect(rows.first().locator(".range")).toHaveText(/[+−]?\d+% to [+−]?\d+%/);
  await expect(rows.first().locator(".why")).toHaveText(/\d+ posts? · \d+% to be in the best three/);
  const all = page.locator("section[aria-labelledby='slots']").getByRole("button", { name: /^Show all/ });
  await all.click();
  await expect(all).toHaveCount(0);
  await expect(marked(page)).toHaveCount(await rows.count());
});

test("a channel whose hour does not matter says that", async ({ page }) => {
  await open(page, WITHOUT);
  await expect(page.locator(VERDICT)).toHaveText("No reliable difference");
  await expect(page.locator("#slots")).toHaveText(/The widest differences we saw/);
  await expect(marked(page)).toHaveCount(0);
});

test("a channel with few posts says how many are missing and what to do", async ({ page }) => {
  await page.route("**/api/best-time/screen*", async (route) => {
    const response = await route.fetch();
    const screen = await response.json();
    const { outcomes } = screen;
    for (const column of ["post_id", "date_utc", "views", "media_type"]) outcomes[column].splice(50);
    for (const column of outcomes.measured) column.splice(50);
    await route.fulfill({ response, json: screen });
  });
  await open(page, WITH_EFFECT);
  await page.locator(".top-bar .actions .icon-button").click();
  await expect(page.locator(VERDICT)).toHaveText("Not enough data");
  await expect(page.locator("#verdict")).toHaveText(/^\d+ posts more before/);
  await expect(page.getByRole("link", { name: "Import history" })).toBeVisible();
  await expect(page.locator(".pick")).toHaveCount(0);
});

test("objective, quiet hours and days are answered in the browser", async ({ page }) => {
  await open(page, WITH_EFFECT);
  const before = await slotHours(page);
  const best = before[0] ?? Number.NaN;
  const calls = await apiCalls(page, async () => {
    await page.locator("select[name='quiet-from']").selectOption(String(best));
    await page.locator("select[name='quiet-to']").selectOption(String((best + 1) % 24));
    await expect.poll(async () => (await slotHours(page)).includes(best)).toBe(false);
    await page.getByRole("button", { name: "Undo changes" }).click();
    await expect.poll(() => slotHours(page)).toEqual(before);
    const day = await page.locator("section[aria-labelledby='slots'] .when").first().innerText();
    await page.locator(".weekdays .chip", { hasText: day.slice(0, 3) }).first().click();
    await expect(page.locator("section[aria-labelledby='slots'] .when", { hasText: day })).toHaveCount(0);
    await page.locator("select[name='zone']").selectOption("Europe/Moscow");
    await expect(page.locator(".zones .zone")).toHaveCount(2);
    await page.getByRole("button", { name: "7 days" }).click();
    await expect(page).toHaveURL(/objective=total/);
    await expect(page.locator("section[aria-labelledby='slots'] .heading > p")).toHaveText(/7 days|reliable/);
  });
  expect(calls).toEqual([]);
  await reload(page);
  await expect(page.getByRole("button", { name: "7 days" })).toHaveAttribute("aria-pressed", "true");
});

test("the heatmap reads out what is pointed at, with keys, too", async ({ page }) => {
  await open(page, WITH_EFFECT);
  await page.locator("#heat-2-12").click();
  const readout = page.locator("section[aria-labelledby='all-hours'] .readout");
  await expect(readout.locator("b")).toHaveText("Wed 12:00");
  await page.keyboard.press("ArrowRight");
  await expect(readout.locator("b")).toHaveText("Wed 13:00");
  await expect(readout).toContainText("80% interval");
});

test("a slot is copied, and the page says what to do with it", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, WITH_EFFECT);
  await page.getByRole("button", { name: /^Copy this slot/ }).first().click();
  await expect(page.locator(".toast")).toContainText("set this time in Telegram");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\w{3} \d+ \w{3}, \d\d:00 \(.+\)$/);
  await page.getByRole("button", { name: "Pick for me" }).click();
  await expect(page.locator(".pick p")).toHaveText(/\w{3} \d\d:00–\d\d:00: .+80% interval/);
});

test("a browser that cannot copy is not said to have copied", async ({ page }) => {
  // as without a secure connection
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await open(page, WITH_EFFECT);
  await page.getByRole("button", { name: /^Copy this slot/ }).first().click();
  await expect(page.locator(".toast")).toHaveText(/does not let pages copy\. The slot: \w{3} \d+ \w{3}, \d\d:00/);
});

test("it is one tap away from analytics and the dashboard", async ({ page }) => {
  await open(page, `${HOME}/analytics`);
  await page.locator("nav.tabs a", { hasText: "Best time" }).click();
  await expect(page.locator(VERDICT)).toBeVisible();
  await expect(page.locator("nav.tabs a[aria-current='page']")).toHaveText("Best time");
  await expect(page.locator("nav.tabs a[aria-current='page']")).toBeInViewport();
  await open(page, HOME);
  await page.locator("section[aria-labelledby='latest'] a", { hasText: "Best time" }).click();
  await expect(page.locator(VERDICT)).toBeVisible();
});

test("how to choose is kept for the channel", async ({ page, isMobile }) => {
  test.skip(isMobile, "one project changes what is stored");
  const path = "/channels/osh_va_non_demo/best-time";
  await open(page, path);
  const save = page.getByRole("button", { name: "Save for this channel" });
  await expect(save).toBeDisabled();
  await page.locator("select[name='quiet-from']").selectOption("23");
  await page.locator("select[name='quiet-to']").selectOption("7");
  await save.click();
  await expect(page.locator(".save .outcome")).toHaveText(/Saved/);
  await open(page, path);
  await expect(page.locator("select[name='quiet-from']")).toHaveValue("23");
  await expect(save).toBeDisabled();
});

test("an experiment is proposed, approved, assigned and stopped", async ({ page, isMobile }) => {
  test.skip(isMobile, "one project changes what is stored");
  await open(page, WITHOUT);
  const card = page.locator(".experiment");
  await card.getByRole("button", { name: /^Propose \d+ test posts/ }).click();
  await expect(card).toContainText("Proposed:");
  await card.getByRole("button", { name: "Approve and begin" }).click();
  await expect(card).toContainText("No post is waiting for its slot");
  await card.getByRole("button", { name: "Draw the next slot" }).click();
  await expect(card.locator(".next-post")).toContainText(/Next post: \w{3} \d+ \w{3}, \d\d:00/);
  await expect(card.locator("tbody tr")).toHaveCount(1);
  await expect(card).toContainText("in at most 5% of experiments");
  await reload(page);
  await expect(card.locator("tbody tr")).toHaveCount(1);
  await card.getByRole("button", { name: "Stop the experiment" }).click();
  await page.locator("#stop-experiment").getByRole("button", { name: "Stop the experiment" }).click();
  await expect(card).toContainText("Stopped before it was decided");
  await expect(card.getByRole("button", { name: /^Propose/ })).toBeVisible();
});
