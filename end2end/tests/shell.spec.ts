// The frame around every page: numbers before any script, languages, theme, history, what is not there.

import { ANALYTICS, CHANNEL, HOME, SCREENS, newestPost } from "../harness/screens.js";
import { expect, expectAccessible, open, reload, test } from "../harness/test.js";

test("the first address leads to a channel's dashboard", async ({ page }) => {
  await open(page, "/");
  await expect(page).toHaveURL(/\/channels\/[a-z_]+$/);
  await open(page, HOME);
  await open(page, "/");
  await expect(page, "the one looked at last").toHaveURL(new RegExp(`${HOME}$`));
});

test.describe("without scripts", () => {
  // what was asked for ahead of the scripts is then not used, of course
  test.use({ javaScriptEnabled: false, provoked: /app\.js csp$|preloaded using link preload/ });

  test("the numbers are in the document", async ({ page }) => {
    await page.goto(HOME);
    await expect(page.locator(".metric-card .value")).toHaveCount(4);
    await expect(page.locator(".metric-card .value").first()).toHaveText(/\d/);
    await expect(page.locator(".post-list li").first()).toContainText(/\d/);
  });

  test("made-up data say so", async ({ page }) => {
    await page.goto(HOME);
    await expect(page.locator(".top-bar .actions .demo-mark")).toBeVisible();
  });
});

test("the document's numbers are the hydrated ones", async ({ page, request }) => {
  const html = await (await request.get(HOME)).text();
  await open(page, HOME);
  for (const value of await page.locator(".metric-card .value").allInnerTexts()) {
    expect(html).toContain(value.trim());
  }
});

test("pages are reached and left by links and the back button", async ({ page }) => {
  await open(page, HOME);
  const loads: string[] = [];
  page.on("request", (request) => request.isNavigationRequest() && loads.push(request.url()));
  const navigation = page.locator(".main-nav");
  await navigation.getByRole("link", { name: "Analytics" }).click();
  await expect(page).toHaveURL(new RegExp(`${ANALYTICS}$`));
  await expect(page.locator("#views-over-time")).toBeVisible();
  await navigation.getByRole("link", { name: "Settings" }).click();
  await expect(page).toHaveURL(/\/settings/);
  await page.goBack();
  await expect(page.locator("#views-over-time")).toBeVisible();
  await page.goBack();
  await expect(page.locator(".metric-card").first()).toBeVisible();
  expect(loads, "no page is loaded anew").toEqual([]);
});

test("the period is in the address and survives a reload", async ({ page }) => {
  await open(page, HOME);
  const posts = page.locator(".metric-card").last().locator(".value");
  const before = await posts.innerText();
  const period = page.locator(".segmented:visible").first();
  await period.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/period=7d/);
  // the old numbers stay until the new ones are here
  await expect(posts).not.toHaveText(before);
  const shown = await posts.innerText();
  await reload(page);
  await expect(page.locator(".segmented:visible").first().getByRole("link", { name: "7 days" })).toHaveAttribute("aria-current", "true");
  await expect(posts).toHaveText(shown);
  await page.goBack();
  await expect(page).not.toHaveURL(/period=7d/);
});

test("a range of one's own", async ({ page }) => {
  await open(page, HOME);
  await page.locator(".segmented:visible").first().getByRole("button", { name: "Other days" }).click();
  const dialog = page.locator(".range-dialog:visible");
  await dialog.getByLabel("First day").fill("2026-11-10");
  await dialog.getByLabel("Last day").fill("2026-11-01");
  await dialog.getByRole("button", { name: "Show" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await dialog.getByLabel("First day").fill("2026-11-01");
  await dialog.getByLabel("Last day").fill("2026-11-10");
  await dialog.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/period=2026-11-01\.\.2026-11-10/);
  await expect(page.locator(".metric-card").last().locator(".value")).toHaveText(/\d/);
});

test("channels are switched, the page stays", async ({ page }) => {
  await open(page, `${ANALYTICS}?period=30d`);
  await page.locator(".channel-switch").click();
  await page.locator("#channel-list").getByRole("link", { name: /Osh va Non/ }).click();
  await expect(page).toHaveURL(/osh_va_non_demo\/analytics\?period=30d/);
  await expect(page.locator(".channel-switch")).toContainText("Osh va Non");
});

test("the language is switched in Settings and kept", async ({ page }) => {
  await open(page, "/settings/appearance");
  await page.getByRole("button", { name: "Русский" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await open(page, HOME);
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  await expect(page.locator(".main-nav")).not.toContainText("Dashboard");
});

for (const [language, locale] of [["en", "en-GB"], ["ru", "ru-RU"], ["uz", "uz-UZ"]] as const) {
  test.describe(`in ${language}`, () => {
    test.use({ locale });

    test("every screen speaks the browser's language, and fits", async ({ page }) => {
      test.slow();
      for (const screen of SCREENS) {
        await open(page, screen.path);
        await expect(page.locator("html")).toHaveAttribute("lang", language);
        // a text that was not found shows its key, as in `nav-dashboard`
        const keys = (await page.locator("body").innerText()).match(/\b(nav|problem|analytics|metric|settings|post|period|attention)-[a-z-]+\b/g);
        expect(keys, `${screen.name} has all its texts`).toBeNull();
        const widths = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        expect(widths[0], `${screen.name} is no wider than the window`).toBeLessThanOrEqual(widths[1] ?? 0);
      }
    });
  });
}

test("the theme is switched in Settings and kept", async ({ page }) => {
  await open(page, "/settings/appearance");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.locator("#settings-theme, [aria-labelledby='settings-theme']").getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await ground()).not.toBe(before);
  await reload(page);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a formula opens on tap, closes on Escape, and gives the focus back", async ({ page }) => {
  await open(page, HOME);
  const button = page.locator(".metric-card .formula-button").first();
  await button.focus();
  await page.keyboard.press("Enter");
  const popover = page.locator(".popover:popover-open");
  await expect(popover).toBeVisible();
  await expect(popover.locator(".formula")).not.toBeEmpty();
  await expect(popover.locator("dd").first()).not.toBeEmpty();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(popover).toHaveCount(0);
  await expect(button).toBeFocused();
});

test("the keyboard reaches the content first, then everything else", async ({ page }) => {
  await open(page, HOME);
  await page.keyboard.press("Tab");
  const skip = page.locator(".skip-link");
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#main$/);
  await page.keyboard.press("Tab");
  const inside = await page.evaluate(() => document.querySelector("#main")?.contains(document.activeElement));
  expect(inside).toBe(true);
});

test("touch targets are large enough", async ({ page, isMobile }) => {
  test.skip(!isMobile, "fingers are for phones");
  for (const path of [HOME, ANALYTICS, "/settings/channels"]) {
    await open(page, path);
    const small = await page.evaluate(() => {
      const found: string[] = [];
      for (const element of document.querySelectorAll("main button, main select, main input, nav a, header button")) {
        const box = element.getBoundingClientRect();
        if (box.width === 0 || box.height === 0) continue;
        // a link or button inside running text may be as high as its line; a larger invisible target counts
        const after = getComputedStyle(element, "::after");
        const reach = after.content !== "none" && after.position === "absolute" ? 44 : 0;
        if (Math.max(box.height, reach) < 43.5) found.push(`${element.className || element.tagName} ${Math.round(box.width)}×${Math.round(box.height)}`);
      }
      return [...new Set(found)];
    });
    expect(small, `${path} has nothing smaller than 44 px to touch`).toEqual([]);
  }
});

test.describe("what is not there", () => {
  test.use({ provoked: /404/ });

  for (const path of ["/channels/no_such_channel", `${HOME}/posts/999999999`, `${ANALYTICS}/nonsense`, "/nowhere", "/settings/nonsense"]) {
    test(`${path} answers 404 with a way back`, async ({ page }) => {
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(404);
      await page.waitForFunction(() => document.documentElement.dataset.hydrated !== undefined);
      const back = page.locator("main .ways a").first();
      await expect(back).toBeVisible();
      await expectAccessible(page);
      await back.click();
      await expect(page.locator(".metric-card").first()).toBeVisible();
    });
  }
});

test("a wrong period in the address is not a blank page", async ({ page }) => {
  await open(page, `${HOME}?period=nonsense&x=%F0%9F%9A%80`);
  await expect(page.locator(".metric-card")).toHaveCount(4);
});

test("a post is reached from the dashboard and left by the back button", async ({ page }) => {
  const path = await newestPost(page);
  await open(page, HOME);
  await page.locator(`.post-list a.name[href="${path}"]`).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(page.locator("#main .card").first()).toBeVisible();
  await page.goBack();
  await expect(page.locator(".post-list")).toBeVisible();
});

test("the document carries its security policy", async ({ request }) => {
  const answer = await request.get(HOME);
  const policy = answer.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain("'unsafe-eval'");
  expect(policy).not.toMatch(/script-src[^;]*'unsafe-inline'/);
  expect((await request.get("/pkg/app.wasm")).headers()["content-type"]).toBe("application/wasm");
});

test("a channel's name in the address may be written with @ and in capitals", async ({ page }) => {
  await open(page, `/channels/@${CHANNEL.toUpperCase()}`);
  await expect(page.locator(".metric-card")).toHaveCount(4);
});
