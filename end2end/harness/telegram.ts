// Starts the stand-in for Telegram (crates/fake-telegram) on loopback, and stops exactly that process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

/** What of its description the specs use (crates/fake-telegram/src/describe.rs). */
export interface Described {
  bot_api: string;
  bot_token: string;
  control: string;
  preview: string;
  mini_app_host: string;
  web_app_script: string;
  /** Of the first account, at `home`; empty without accounts. */
  auth_key: string;
  home: number;
}

export interface Telegram extends Described {
  /** The file that says all of this, for `mtproto.stand_in`. */
  description: string;
  /** POST to one of its controls; rejects with what it answered. */
  act(what: string, body: unknown): Promise<unknown>;
  /** Stops it; rejects when a client asked for what it does not know. */
  stop(): Promise<void>;
}

/** The official script of Mini Apps, as the npm package has copied it: no network in tests. */
const WEB_APP_SCRIPT = join(import.meta.dirname, "../node_modules/@twa-dev/sdk/dist/telegram-web-apps.js");

/** `scenario`: JSON of crates/fake-telegram/src/scenario.rs. */
export async function startTelegram(scenario: object): Promise<Telegram> {
  const program = process.env.ANALYTICBOT_FAKE_TELEGRAM;
  if (!program) throw new Error("ANALYTICBOT_FAKE_TELEGRAM must name the stand-in; `./dev test browser` sets it");
  const folder = await mkdtemp(join(tmpdir(), "analyticbot-telegram-"));
  const file = join(folder, "scenario.json");
  const describe = join(folder, "describe.json");
  await writeFile(file, JSON.stringify({ web_app_script: WEB_APP_SCRIPT, ...scenario }));
  const child = spawn(program, ["--scenario", file, "--describe", describe], { stdio: ["ignore", "ignore", "pipe"] });
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await access(describe).then(() => true, () => false))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`fake-telegram did not start: ${said.join("")}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const described: Described = JSON.parse(await readFile(describe, "utf8"));
  return {
    ...described,
    description: describe,
    async act(what, body) {
      const answer = await fetch(`${described.control}/${what}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${what}: ${answer.status} ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = await gone;
      await rm(folder, { recursive: true, force: true });
      if (code !== 0) throw new Error(`fake-telegram ended with ${code}: ${said.join("")}`);
    },
  };
}
