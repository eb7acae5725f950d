// Real channels, where their data are at hand (ANALYTICBOT_REAL_DATA).

import { expect, expectAccessible, expectNoSidewaysScroll, open, test } from "../harness/test.js";

const CHANNELS = { d_code: 985, mosrutop: 502, nevacomputer: 623, bbcbreaking: 1925 };

test.describe("real channels", () => {
  test.skip(!process.env.ANALYTICBOT_REAL_DATA, "no real data here");

  for (const [channel, posts] of Object.entries(CHANNELS)) {
    test(`${channel} is on every screen`, async ({ page }) => {
      await open(page, `/channels/${channel}?period=90d`);
      await expect(page.locator(".metric-card")).toHaveCount(4);
      await expect(page.locator(".top-bar .actions .demo-mark")).toHaveCount(0);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      for (const tab of ["", "/reach", "/content", "/trending", "/growth", "/sources"]) {
        await open(page, `/channels/${channel}/analytics${tab}?period=90d`);
        await expect(page.locator("#main .card").first()).toBeVisible();
        await expectNoSidewaysScroll(page);
      }
      await open(page, "/settings/channels");
      await expect(page.locator("#main")).toContainText(posts.toLocaleString("en-GB"));
    });
  }
});
