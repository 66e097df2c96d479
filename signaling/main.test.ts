import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ERRORS } from "#shared/protocol/errors.ts";
import { join, makeRoom } from "./test-client.ts";

const main = new URL("./main.ts", import.meta.url).pathname;
let dataDir = "";
let child: ChildProcess | null = null;

beforeEach(async () => {
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs the command and gives what it has said, once `until` fits or it has ended. */
async function run(args: string[], until: RegExp): Promise<{ said: string; process: ChildProcess }> {
  const started = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env["PATH"], NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  let said = "";
  await new Promise<void>((done) => {
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
      if (until.test(said)) done();
    };
    started.stdout.on("data", hear);
    started.stderr.on("data", hear);
    started.on("close", () => done());
  });
  return { said, process: started };
}

test("[RES4] SIGTERM tells everybody to come back, saves, and ends with 0", async () => {
  const args = ["--port", "0", "--data-dir", dataDir, "--sfu-workers", "0"];
  const { said, process: server } = await run(args, /is at http:\S+/);
  const url = /http:\S+/.exec(said)?.[0] ?? "";
  const { links, room } = await makeRoom(url);
  const { client } = await join(url, links.performer, { name: "Somebody" });
  let log = "";
  server.stdout?.on("data", (bytes: Buffer) => {
    log += bytes.toString();
  });
  const ended = once(server, "close");
  server.kill("SIGTERM");
  expect((await client.text("retry")).afterMs).toBeGreaterThanOrEqual(200);
  expect(await client.closed()).toBe(ERRORS.RESTART.close);
  expect((await ended)[0]).toBe(0);
  expect(log).toContain("SIGTERM");
  expect(`${said}${log}`).not.toMatch(/Somebody|eyJ/);
  const again = await run(args, /is at http:\S+/);
  const { welcome } = await join(/http:\S+/.exec(again.said)?.[0] ?? "", links.performer);
  expect(welcome.room).toBe(room);
}, 120_000);

test("[CFG3] a wrong value ends the command with a sentence", async () => {
  const { said, process: command } = await run(["--port", "x"], /never/);
  expect(said.trim()).toBe('--port must be a port from 0 to 65535, but is "x".');
  expect(command.exitCode).toBe(2);
}, 120_000);
