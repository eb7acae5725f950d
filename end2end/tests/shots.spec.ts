// Pictures, not a test: `./dev shots`. The README's two go to docs/shots, every screen to end2end/shots.

import { ANALYTICS, HOME, SCREENS, newestPost } from "../harness/screens.js";
import { open, test } from "../harness/test.js";

const README = "../docs/shots";
const ALL = "shots";
const SIZES = { "390": { width: 390, height: 844 }, "1440": { width: 1440, height: 900 } };
/** After this the charts have come into view, drawn themselves and stand still. */
const SETTLE_MS = 1_200;

test("the README's pictures", async ({ page }) => {
  for (const [name, path] of [["dashboard", `${HOME}?period=30d`], ["analytics", `${ANALYTICS}?period=30d`]] as const) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open(page, path);
    await page.waitForTimeout(SETTLE_MS);
    await page.screenshot({ path: `${README}/${name}.png` });
  }
});

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ["light", "dark"] as const) {
    test.describe(`${size} ${theme}`, () => {
      test.use({ colorScheme: theme, viewport });

      test("every screen", async ({ page }) => {
        const screens = [...SCREENS, { name: "post", path: await newestPost(page), holds: "" }];
        for (const screen of screens) {
          await open(page, screen.path);
          // charts are drawn when they come into view
          await page.evaluate(async () => {
            for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
              window.scrollTo(0, y);
              await new Promise((resolve) => setTimeout(resolve, 80));
            }
            window.scrollTo(0, 0);
          });
          await page.waitForTimeout(SETTLE_MS);
          await page.screenshot({ path: `${ALL}/${screen.name}-${size}-${theme}.png`, fullPage: true });
        }
      });
    });
  }
}
