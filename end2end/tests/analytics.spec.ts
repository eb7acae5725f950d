// Zoom, filter, sort, search, compare: all without a round trip, all in the address.

import type { Page } from "@playwright/test";

import { ANALYTICS } from "../harness/screens.js";
import { apiCalls, expect, open, reload, test } from "../harness/test.js";

const TABLE = "section[aria-labelledby='top-posts']";

/** Views of the rows shown, all digits. */
const tableViews = (page: Page) => page.locator(`${TABLE} tbody tr td[data-label='Views']`).evaluateAll((cells) =>
  cells.map((cell) => Number((cell.getAttribute("title") ?? "").replace(/\D/g, ""))),
);

test("charts are drawn, and each tells its numbers as a table", async ({ page }) => {
  await open(page, ANALYTICS);
  const chart = page.locator("#chart-views");
  await chart.scrollIntoViewIfNeeded();
  await expect(chart.locator(".chart-plot svg")).toBeVisible();
  await chart.locator("summary").click();
  await expect(chart.locator("tbody tr").first()).toBeVisible();
  expect(await chart.locator("tbody tr").count()).toBeGreaterThan(20);
});

test("the chart bundle is loaded when a chart is seen", async ({ page }) => {
  const loaded = () => page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/pkg/charts.js")));
  await open(page, "/settings/appearance");
  expect(await loaded()).toBe(false);
  await open(page, ANALYTICS);
  await page.locator("#chart-views").scrollIntoViewIfNeeded();
  await expect.poll(loaded).toBe(true);
});

test("a media filter changes everything, without asking the server", async ({ page }) => {
  await open(page, ANALYTICS);
  const chip = page.locator(".chip", { hasText: "Photo" });
  const count = Number((await chip.locator(".n").innerText()).replace(/\D/g, ""));
  const calls = await apiCalls(page, async () => {
    await chip.click();
    await expect(page).toHaveURL(/media=photo/);
    await expect(page.locator(`${TABLE} .search input`)).toHaveAttribute("placeholder", new RegExp(String(count)));
  });
  expect(calls).toEqual([]);
  await reload(page);
  await expect(chip).toHaveAttribute("aria-pressed", "true");
  await page.goBack();
  await expect(page).not.toHaveURL(/media=photo/);
});

test("the table sorts both ways, without asking the server, and keeps it in the address", async ({ page, isMobile }) => {
  await open(page, ANALYTICS);
  const falling = await tableViews(page);
  expect(falling.length).toBeGreaterThan(3);
  expect(falling, "most views first").toEqual([...falling].sort((a, b) => b - a));
  if (isMobile) {
    const calls = await apiCalls(page, async () => {
      await page.locator(`${TABLE} select`).selectOption({ index: 1 });
      await expect(page).toHaveURL(/sort=/);
    });
    expect(calls).toEqual([]);
    expect(await tableViews(page)).not.toEqual(falling);
    return;
  }
  const head = (name: string) => page.locator(`${TABLE} th`).getByRole("button", { name });
  const calls = await apiCalls(page, async () => {
    await head("Forwards").click();
    await expect(page.locator(`${TABLE} th[aria-sort='descending']`)).toHaveText(/Forwards/);
    await head("Views").click();
    await expect(page.locator(`${TABLE} th[aria-sort='descending']`)).toHaveText(/Views/);
    await head("Views").click();
    await expect(page).toHaveURL(/sort=views\.asc/);
    await expect(page.locator(`${TABLE} th[aria-sort='ascending']`)).toHaveText(/Views/);
  });
  expect(calls).toEqual([]);
  const rising = await tableViews(page);
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
  await reload(page);
  await expect(page.locator(`${TABLE} th[aria-sort='ascending']`)).toHaveText(/Views/);
  await page.goBack();
  await expect(page.locator(`${TABLE} th[aria-sort='descending']`)).toHaveText(/Views/);
});

test("the search finds posts by their words, and says when there are none", async ({ page }) => {
  await open(page, ANALYTICS);
  const search = page.locator(`${TABLE} .search input`);
  const titles = () => page.locator(`${TABLE} tbody a`).allInnerTexts();
  const before = await titles();
  const word = before[0]?.split(/\s+/).find((word) => /^[a-z]{5,}$/i.test(word)) ?? "the";
  await search.fill(word);
  await expect(page).toHaveURL(new RegExp(`q=${word}`));
  // texts are searched, of which a title is the beginning only
  await expect.poll(titles, "fewer posts than without a search").not.toEqual(before);
  expect(await titles()).toContain(before[0]);
  await search.fill("no post has these words");
  await expect(page.locator(`${TABLE} tbody tr`)).toHaveCount(0);
  await search.fill("");
  await expect(page.locator(`${TABLE} tbody tr`).first()).toBeVisible();
});

test("the table has pages", async ({ page }) => {
  await open(page, `${ANALYTICS}?period=90d`);
  const first = await page.locator(`${TABLE} tbody a`).first().innerText();
  const next = page.locator(`${TABLE} .table-foot a`).last();
  await next.scrollIntoViewIfNeeded();
  await next.click();
  await expect(page).toHaveURL(/page=2/);
  await expect(page.locator(`${TABLE} tbody a`).first()).not.toHaveText(first);
  await page.goBack();
  await expect(page.locator(`${TABLE} tbody a`).first()).toHaveText(first);
});

test("the zoom narrows the whole page without asking the server, and goes back", async ({ page, isMobile }) => {
  test.skip(isMobile, "by mouse here; the keys are tested next");
  await open(page, `${ANALYTICS}?period=30d`);
  const plot = page.locator("#chart-views .chart-plot");
  await plot.scrollIntoViewIfNeeded();
  await expect(plot.locator("svg")).toBeVisible();
  const shown = page.locator("#views-over-time, [aria-labelledby='views-over-time']").first();
  const before = await shown.innerText();
  const calls = await apiCalls(page, async () => {
    const box = await plot.boundingBox();
    if (!box) throw new Error("the chart has no size");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -240);
    await page.keyboard.up("Control");
    await plot.focus();
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await expect(page).toHaveURL(/zoom=/);
  });
  expect(calls).toEqual([]);
  await expect(page.locator(".chip[aria-pressed='true']", { hasText: "Only" })).toBeVisible();
  expect(await shown.innerText()).not.toBe(before);
  await reload(page);
  const chip = page.locator(".chip", { hasText: "Only" });
  await chip.click();
  await expect(page).not.toHaveURL(/zoom=/);
});

test("the keyboard moves along a chart and tells the values", async ({ page }) => {
  await open(page, ANALYTICS);
  const chart = page.locator("#chart-views");
  await chart.scrollIntoViewIfNeeded();
  await expect(chart.locator(".chart-plot svg")).toBeVisible();
  await chart.locator(".chart-plot").focus();
  const told = chart.locator(".readout");
  const last = await told.innerText();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect(told).not.toHaveText(last);
  await expect(told).toHaveText(/\d/);
});

test("up to five posts are compared, and no more", async ({ page }) => {
  await open(page, `${ANALYTICS}?posts=`);
  const add = page.locator(`${TABLE} .compare[aria-pressed='false']:enabled`);
  const chosen = page.locator(".compared-posts li:not(.usual)");
  const start = await chosen.count();
  for (let count = start; count < 5; count += 1) {
    await add.first().click();
    await expect(chosen).toHaveCount(count + 1);
  }
  await expect(add).toHaveCount(0);
  await expect(page.locator("#chart-compare")).toBeVisible();
  await reload(page);
  await expect(chosen).toHaveCount(5);
  await chosen.first().getByRole("button").click();
  await expect(chosen).toHaveCount(4);
});

test("the step of the chart is chosen and kept", async ({ page }) => {
  await open(page, ANALYTICS);
  await page.getByRole("button", { name: "Week" }).first().click();
  await expect(page).toHaveURL(/step=week/);
  await reload(page);
  await expect(page.getByRole("button", { name: "Week" }).first()).toHaveAttribute("aria-pressed", "true");
});

test("every tab has its address, and the filter goes along", async ({ page }) => {
  await open(page, `${ANALYTICS}?period=90d&media=photo`);
  for (const [name, segment] of [["Reach", "reach"], ["Content", "content"], ["Growth", "growth"], ["Sources", "sources"], ["Trending", "trending"], ["Compare channels", "compare"]] as const) {
    await page.locator("nav.tabs").getByRole("link", { name, exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`/analytics/${segment}\\?.*period=90d`));
    await expect(page.locator("nav.tabs a[aria-current='page']")).toHaveText(name);
    await expect(page.locator("#main .card, #main table").first()).toBeVisible();
  }
});

test("channels are compared by any of their numbers", async ({ page }) => {
  await open(page, `${ANALYTICS}/compare`);
  const rows = page.locator("#main table tbody tr");
  const count = await rows.count();
  expect(count).toBeGreaterThanOrEqual(4);
  await expect(page.locator("#main")).toContainText("Orbit Daily");
});
