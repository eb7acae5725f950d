// "Read afresh" in Settings: done, told, and once in ten seconds.

import { expect, expectAccessible, open, test } from "../harness/test.js";

// the second time in ten seconds is refused, which the browser says in its console
test.use({ provoked: /429/ });

test("a channel is read afresh, and not twice within ten seconds", async ({ page, isMobile }) => {
  // the clock of the tests stands still: each device has a channel of its own
  const title = isMobile ? "Полка над столом" : "Тихий город";
  await open(page, "/settings");
  const button = page.getByRole("button", { name: `Read ${title} afresh` });
  const outcome = page.locator(".outcome");
  await button.click();
  await expect(outcome.filter({ hasText: "Read afresh" })).toBeVisible();
  await expectAccessible(page);
  await button.click();
  await expect(outcome.filter({ hasText: "Too many requests" })).toBeVisible();
});
