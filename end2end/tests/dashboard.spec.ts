// The dashboard: its numbers, its list of posts, and periods in which nothing was posted.

import { HOME } from "../harness/screens.js";
import { expect, expectAccessible, open, test } from "../harness/test.js";

test("a value shows all its digits on tap, and shortens again", async ({ page }) => {
  await open(page, HOME);
  const value = page.locator("[aria-labelledby='metric-subscribers'] .value button");
  const short = await value.innerText();
  expect(short).toMatch(/^\d+(\.\d+)?K$/);
  await value.click();
  await expect(value).toHaveText(/^\d{2,3},\d{3}$/);
  await expect(value).toHaveAttribute("aria-pressed", "true");
  await value.click();
  await expect(value).toHaveText(short);
});

test("every number says what it was made from", async ({ page }) => {
  await open(page, HOME);
  for (const id of ["metric-reach", "metric-err", "metric-subscribers", "metric-posts", "trend"]) {
    await page.locator(`#${id} .formula-button`).click();
    const formula = page.locator(`#${id}-formula`);
    await expect(formula).toBeVisible();
    await expect(formula.locator("dd").first()).not.toBeEmpty();
    await expect(formula.locator(".rule")).toContainText("as of");
    await page.keyboard.press("Escape");
    await expect(formula).toBeHidden();
  }
});

test("a whole row leads to its post", async ({ page }) => {
  await open(page, HOME);
  const row = page.locator(".post-list li").nth(3);
  const name = row.locator("a.name");
  const href = await name.getAttribute("href");
  // by place: the link lies over the whole row
  await row.locator(".views").click({ force: true });
  await expect(page).toHaveURL(new RegExp(`${href}$`));
});

test("reading again keeps the focus and an open formula where they are", async ({ page }) => {
  await open(page, HOME);
  await page.locator(".post-list a.name").nth(2).focus();
  const answered = page.waitForResponse(/api\/dashboard\/screen/);
  // by script: a click would move the focus
  await page.evaluate(() => document.querySelector<HTMLElement>(".top-bar button[title]")?.click());
  await answered;
  await expect(page.locator(".loaded")).toHaveAttribute("aria-busy", "false");
  await expect(page.locator(".post-list a.name").nth(2)).toBeFocused();
});

test("what needs attention has a way out", async ({ page }) => {
  await open(page, HOME);
  const items = page.locator(".attention-list li");
  const ways = page.locator(".attention-list .ways a");
  expect(await ways.count()).toBe(await items.count());
});

for (const [period, said] of [
  ["2001-01-01..2001-01-07", "begin later"],
  ["2031-01-01..2031-01-07", "newest one went out on"],
] as const) {
  test(`${period} has no posts, says so, and leads on`, async ({ page }) => {
    await open(page, `${HOME}?period=${period}`);
    await expect(page.locator("[aria-labelledby='metric-posts'] .value")).toHaveText("0");
    await expect(page.locator("[aria-labelledby='metric-reach'] .value")).toHaveText("–");
    await expect(page.locator("#main")).toContainText(said);
    await expectAccessible(page);
    await page.locator("#main").getByRole("link", { name: "90 days" }).last().click();
    await expect(page).toHaveURL(/period=90d/);
    await expect(page.locator("[aria-labelledby='metric-posts'] .value")).not.toHaveText("0");
  });
}

test("what comes is as large as what stood for it", async ({ page }) => {
  await open(page, HOME);
  const heights = () =>
    page.evaluate(() => [...document.querySelectorAll("#main .metric-card")].map((card) => card.getBoundingClientRect().height));
  const shown = await heights();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/dashboard/screen**", async (route) => {
    await held;
    await route.continue();
  });
  await page.evaluate(() => {
    const other = document.querySelector<HTMLElement>(".side-bar .channels a:not([aria-current])");
    other?.click();
  });
  await expect(page.locator(".metric-card .skeleton")).toHaveCount(4);
  for (const [index, height] of (await heights()).entries()) {
    expect(Math.abs(height - (shown[index] ?? 0)), `card ${index}`).toBeLessThan(8);
  }
  release();
  await expect(page.locator(".metric-card .value")).toHaveCount(4);
});
