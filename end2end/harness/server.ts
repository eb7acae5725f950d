// Starts the real program on a database of its own, and stops exactly that process.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 25_000;
const POLL_MS = 100;

/** The moment all runs happen at: 2026-11-20 12:00 UTC, so that demo data and pictures are the same every time. */
export const NOW = Date.UTC(2026, 10, 20, 12) / 1000;
export const DEMO_SEED = 7;

export interface Server {
  url: string;
  port: number;
  /** Runs one command of the program on the same database; rejects with its output when it fails. */
  command(...args: string[]): Promise<string>;
  /** The same of a command that reads what it is told from its input. */
  tell(text: string, ...args: string[]): Promise<string>;
  setClock(unixSeconds: number): Promise<void>;
  /** SIGTERM, as a service manager would; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Starts again on the same database and port. */
  start(): Promise<void>;
  /** Stops and deletes the database. */
  remove(): Promise<void>;
}

function program(): string {
  const path = process.env.ANALYTICBOT_BIN;
  if (!path) throw new Error("ANALYTICBOT_BIN must name the program; `./dev test browser` sets it");
  return path;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export interface Setup {
  /** Settings, as environment variables. */
  settings?: Record<string, string>;
  /** Everyone is signed in as the demo owner; without it nobody is. */
  demo?: boolean;
}

/** A server on an empty database, started. */
export async function startServer({ settings = {}, demo = true }: Setup = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "analyticbot-e2e-"));
  const clock = join(folder, "now");
  await writeFile(clock, String(NOW));
  const port = await freePort();
  // nothing of the person's own configuration gets in
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    ANALYTICBOT_DATABASE__URL: `sqlite://${join(folder, "analyticbot.db")}`,
    ANALYTICBOT_CLOCK__FILE: clock,
    ...settings,
  };
  let child: ChildProcess | undefined;
  const server: Server = {
    url: `http://127.0.0.1:${port}`,
    port,
    async command(...args) {
      const { stdout } = await promisify(execFile)(program(), args, { env, cwd: folder, maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    },
    async tell(text, ...args) {
      const running = promisify(execFile)(program(), args, { env, cwd: folder });
      running.child.stdin?.end(text);
      return (await running).stdout;
    },
    async setClock(unixSeconds) {
      await writeFile(clock, String(unixSeconds));
    },
    async start() {
      const log = createWriteStream(join(folder, "server.log"), { flags: "a" });
      await once(log, "open");
      const how = demo ? ["--demo"] : [];
      child = spawn(program(), ["serve", ...how, "--bind", `127.0.0.1:${port}`], { env, cwd: folder, stdio: ["ignore", log, log] });
      await ready(child, server.url, join(folder, "server.log"));
    },
    async stop() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child?.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await gone;
      clearTimeout(late);
    },
    async remove() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function ready(child: ChildProcess, url: string, log: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server stopped with code ${child.exitCode}; see ${log}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`the server was not ready within ${START_TIMEOUT_MS / 1000} s; see ${log}`);
}
