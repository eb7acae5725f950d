// "Read afresh" in Settings: done, told, and once in ten seconds. On a server of its own: others count what is read.

import { DEMO_SEED, startServer } from "../harness/server.js";
import { expect, expectAccessible, open, test } from "../harness/test.js";

// the second time in ten seconds is refused, which the browser says in its console
test.use({ provoked: /429/ });

test("a channel is read afresh, and not twice within ten seconds", async ({ page }) => {
  const server = await startServer();
  try {
    await server.command("demo", "--seed", String(DEMO_SEED), "--channels", "1");
    await open(page, server.url + "/settings");
    const button = page.getByRole("button", { name: "Read Orbit Daily afresh" });
    const outcome = page.locator(".outcome");
    await button.click();
    await expect(outcome.filter({ hasText: "Read afresh" })).toBeVisible();
    await expectAccessible(page);
    await button.click();
    await expect(outcome.filter({ hasText: "Too many requests" })).toBeVisible();
    await page.goto("about:blank");
  } finally {
    await server.remove();
  }
});
