// Every screen there is, by name. A new page gets a line here, and with it both themes, both sizes and axe.

import type { Page } from "@playwright/test";

/** The first of the made-up channels, with everything measured. */
export const CHANNEL = "orbit_daily_demo";
export const HOME = `/channels/${CHANNEL}`;
export const ANALYTICS = `${HOME}/analytics`;

export interface Screen {
  name: string;
  path: string;
  /** What must be on it once it is there. */
  holds: string;
}

export const SCREENS: Screen[] = [
  { name: "dashboard", path: HOME, holds: ".metric-card .value" },
  { name: "analytics-views", path: ANALYTICS, holds: "#views-over-time" },
  { name: "analytics-growth", path: `${ANALYTICS}/growth`, holds: ".card" },
  { name: "analytics-reach", path: `${ANALYTICS}/reach`, holds: ".card" },
  { name: "analytics-sources", path: `${ANALYTICS}/sources`, holds: ".card" },
  { name: "analytics-content", path: `${ANALYTICS}/content`, holds: ".card" },
  { name: "analytics-trending", path: `${ANALYTICS}/trending`, holds: ".card" },
  { name: "analytics-compare", path: `${ANALYTICS}/compare`, holds: "table" },
  { name: "best-time", path: `${HOME}/best-time`, holds: ".card.verdict h2" },
  { name: "settings-channels", path: "/settings/channels", holds: ".card" },
  { name: "settings-members", path: "/settings/members", holds: ".card" },
  { name: "settings-api-keys", path: "/settings/api-keys", holds: ".card" },
  { name: "settings-data", path: "/settings/data", holds: ".card" },
  { name: "settings-appearance", path: "/settings/appearance", holds: ".segmented" },
  { name: "settings-history", path: "/settings/history", holds: ".card" },
];

/** Address of the newest post on the dashboard. */
export async function newestPost(page: Page): Promise<string> {
  await page.goto(HOME);
  const href = await page.locator(".post-list a.name").first().getAttribute("href");
  if (!href) throw new Error("the dashboard links to no post");
  return href;
}
