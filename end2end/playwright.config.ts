import { defineConfig } from "@playwright/test";

/** The two sizes every screen is looked at in: a phone and a desk. */
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

/** What a machine without a screen, a graphics card or the open internet needs; nothing that changes rendering. */
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];

const SHOTS = "shots.spec.ts";
const SPEED = "speed.spec.ts";
const NO_TESTS = [SHOTS, SPEED];

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  globalSetup: "./harness/global-setup.ts",
  // two cores: one for Chromium, one for the server
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // a test that passes at the second try hides a bug
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    launchOptions: { executablePath: process.env.ANALYTICBOT_CHROMIUM ?? "/usr/bin/chromium", args: CHROMIUM_ARGS },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: process.env.ANALYTICBOT_SHOTS
    ? [{ name: "shots", testMatch: SHOTS, timeout: 300_000, use: { viewport: DESKTOP } }]
    : process.env.ANALYTICBOT_BENCH
      ? [{ name: "bench", testMatch: SPEED, timeout: 120_000, use: { viewport: DESKTOP } }]
      : [
        { name: "phone", testIgnore: NO_TESTS, use: { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } },
        { name: "desktop", testIgnore: NO_TESTS, use: { viewport: DESKTOP } },
      ],
});
