// One seeded server for all read-only specs; its address travels to the workers in the environment.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { DEMO_SEED, startServer } from "./server.js";

/** Zone the real channels are written in, as their owners would say at import. */
const REAL_ZONES: Record<string, string> = {
  d_code: "Europe/Moscow",
  mosrutop: "Europe/Moscow",
  nevacomputer: "Africa/Addis_Ababa",
  bbcbreaking: "Europe/London",
};

export default async function setUp(): Promise<() => Promise<void>> {
  const server = await startServer();
  try {
    await server.command("demo", "--seed", String(DEMO_SEED));
    const real = process.env.ANALYTICBOT_REAL_DATA;
    if (real) {
      const times = JSON.parse(await readFile(join(real, "channels", "collection_times.json"), "utf8"));
      for (const [channel, zone] of Object.entries(REAL_ZONES)) {
        const file = join(real, "channels", `${channel}.csv`);
        await server.command("import", "posts", file, "--tz", zone, "--taken-at", times[channel].not_before);
      }
    }
  } catch (error) {
    await server.remove();
    throw error;
  }
  process.env.ANALYTICBOT_URL = server.url;
  return () => server.remove();
}
