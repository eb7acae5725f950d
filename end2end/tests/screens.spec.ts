// Every screen in both themes and sizes: it is there, quiet, no wider than the window, and accessible.

import { SCREENS, newestPost } from "../harness/screens.js";
import { expect, expectAccessible, expectNoSidewaysScroll, hydrated, open, test } from "../harness/test.js";

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    for (const screen of SCREENS) {
      test(`${screen.name} is accessible and fits`, async ({ page }) => {
        await open(page, screen.path);
        await expect(page.locator(screen.holds).first()).toBeVisible();
        await expect(page.locator("h1")).toHaveCount(1);
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
      });
    }

    test("a post's page is accessible and fits", async ({ page }) => {
      await page.goto(await newestPost(page));
      await hydrated(page);
      await expect(page.locator("h1")).toHaveCount(1);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    });
  });
}
