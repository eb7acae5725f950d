// Leaving a view in place takes down what is inside of it while the same news reaches into it: every way from one tab
// to another, with and without a zoom, must leave the console clean.

import type { Page } from "@playwright/test";

import { ANALYTICS, HOME } from "../harness/screens.js";
import { expect, expectNoSidewaysScroll, open, test } from "../harness/test.js";

const TABS = ["Views", "Growth", "Reach", "Sources", "Content", "Trending", "Compare channels"];

async function follow(page: Page, name: string): Promise<void> {
  await page.locator("nav.tabs").getByRole("link", { name, exact: true }).click();
  await expect(page.locator("nav.tabs a[aria-current='page']")).toHaveText(name);
  await expect(page.locator("#main .card, #main table").first()).toBeVisible();
}

/** Navigations that load a document; none may happen while tabs change. */
function documents(page: Page): string[] {
  const loads: string[] = [];
  page.on("request", (request) => request.isNavigationRequest() && loads.push(request.url()));
  return loads;
}

for (const from of TABS) {
  test(`from ${from} to every other tab and back`, async ({ page, isMobile }) => {
    test.skip(isMobile, "the same code; the ways of a phone are those below");
    const segment = from === "Views" ? "" : `/${(from.split(" ")[0] ?? "").toLowerCase()}`;
    await open(page, `${ANALYTICS}${segment}`);
    const loads = documents(page);
    for (const to of TABS.filter((tab) => tab !== from)) {
      await follow(page, to);
      await follow(page, from);
    }
    await page.goBack();
    await expect(page.locator("nav.tabs a[aria-current='page']")).toHaveText(TABS.filter((tab) => tab !== from).at(-1) ?? "");
    expect(loads, "no document is loaded anew").toEqual([]);
  });
}

test("a zoom and a kind of posts go along from tab to tab, and are left with the page", async ({ page }) => {
  await open(page, `${ANALYTICS}?period=30d`);
  const plot = page.locator("#chart-views .chart-plot");
  await plot.scrollIntoViewIfNeeded();
  await expect(plot.locator("svg")).toBeVisible();
  await plot.focus();
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await expect(page).toHaveURL(/zoom=/);
  await page.locator(".chip", { hasText: "Photo" }).first().click();
  await expect(page).toHaveURL(/media=photo/);
  await expectNoSidewaysScroll(page);
  const loads = documents(page);
  for (const tab of ["Reach", "Content", "Compare channels", "Growth", "Views"]) await follow(page, tab);
  await expect(page).toHaveURL(/zoom=.*/);
  await page.locator(".main-nav").getByRole("link", { name: "Dashboard" }).click();
  await expect(page.locator(".metric-card").first()).toBeVisible();
  await page.goBack();
  await expect(page.locator("#views-over-time")).toBeVisible();
  expect(loads, "no document is loaded anew").toEqual([]);
});

test("another channel from within a zoom", async ({ page, isMobile }) => {
  test.skip(isMobile, "the side bar lists the channels on a desk");
  await open(page, `${ANALYTICS}?period=30d`);
  const plot = page.locator("#chart-views .chart-plot");
  await plot.scrollIntoViewIfNeeded();
  await expect(plot.locator("svg")).toBeVisible();
  await plot.focus();
  await page.keyboard.press("+");
  await expect(page).toHaveURL(/zoom=/);
  const other = page.locator(".side-bar a[href*='slow_code_demo']").first();
  await other.click();
  await expect(page).toHaveURL(/slow_code_demo/);
  await expect(page.locator("#main .card").first()).toBeVisible();
  await page.goBack();
  await expect(page.locator("#views-over-time")).toBeVisible();
  await open(page, HOME);
  await page.locator(".side-bar a[href*='slow_code_demo']").first().click();
  await expect(page.locator(".metric-card").first()).toBeVisible();
});
