// `test` as every spec uses it: a page whose console, network and accessibility are part of the verdict.

import { AxeBuilder } from "@axe-core/playwright";
import { type Page, test as base, expect } from "@playwright/test";

export { expect };

interface Options {
  /** Complaints of the browser that this test provokes on purpose, e.g. the 404 it asks for. */
  provoked: RegExp;
}

interface Fixtures {
  /** Fails the test when the page logs an error or warning, throws, or a request fails. Always on. */
  quiet: undefined;
}

export const test = base.extend<Options & Fixtures>({
  provoked: [/(?!)/, { option: true }],

  baseURL: async ({}, use) => {
    const url = process.env.ANALYTICBOT_URL;
    if (!url) throw new Error("ANALYTICBOT_URL is not set; global-setup.ts sets it");
    await use(url);
  },

  quiet: [
    async ({ page, provoked }, use) => {
      const complaints: string[] = [];
      const note = (complaint: string) => {
        if (!provoked.test(complaint)) complaints.push(complaint);
      };
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") {
          note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
        }
      });
      page.on("pageerror", (error) => note(`exception: ${error.stack ?? error.message}`));
      page.on("requestfailed", (request) => {
        const reason = request.failure()?.errorText ?? "unknown";
        // leaving a page cancels what it was still reading
        if (reason !== "net::ERR_ABORTED") note(`request failed: ${request.url()} ${reason}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) note(`response ${response.status()}: ${response.url()}`);
      });
      await use(undefined);
      expect(complaints, "the browser has nothing to complain about").toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens an address and waits until the WebAssembly has taken the page over. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/** The same for the page that is open. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await hydrated(page);
}

/** The shell marks the document once it listens. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.hydrated !== undefined);
}

/** Requests to the server's functions while `act` runs. */
export async function apiCalls(page: Page, act: () => Promise<void>): Promise<string[]> {
  const calls: string[] = [];
  const note = (request: { url(): string }) => {
    if (new URL(request.url()).pathname.startsWith("/api/")) calls.push(request.url());
  };
  page.on("request", note);
  await act();
  page.off("request", note);
  return calls;
}

/** WCAG A and AA by axe; what it calls serious or critical fails the test. */
export async function expectAccessible(page: Page): Promise<void> {
  // numbers being read again are dimmed for a moment
  await expect(page.locator("[aria-busy='true']").filter({ visible: true })).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.target.join(" ")}: ${node.failureSummary}`).join("\n")}`);
  expect(grave, "axe finds nothing serious").toEqual([]);
}

/** Nothing sticks out sideways: a phone must never scroll the page horizontally. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll, "the page is no wider than the window").toBeLessThanOrEqual(client);
}
