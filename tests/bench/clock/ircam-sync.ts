/**
 * @ircam/sync 2.1.0 itself, in virtual time: the package's own file is compiled with the simulated
 * page's timers and dice in place of the browser's.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import type { Page, Start } from "./subject.ts";

type Pong = (id: number, clientPing: number, serverPing: number, serverPong: number) => void;

interface SyncClient {
  start(
    send: (id: number, clientPing: number) => void,
    receive: (handle: Pong) => void,
    report: (status: { readonly status: string }) => void,
  ): void;
  getSyncTime(localTime: number): number;
}

type SyncClientClass = new (getTime: () => number) => SyncClient;

const require = createRequire(import.meta.url);
const path = require.resolve("@ircam/sync/client/index.js");
const load = compileFunction(
  readFileSync(path, "utf8"),
  ["exports", "require", "setTimeout", "clearTimeout", "Math"],
  { filename: path },
) as (
  exports: { default?: SyncClientClass },
  require: NodeJS.Require,
  setTimeout: (run: () => void, ms: number) => number,
  clearTimeout: (id: number) => void,
  math: Math,
) => void;

/** `setTimeout` and `clearTimeout` of a simulated page. */
function timersOf(page: Page) {
  const waiting = new Set<number>();
  let last = 0;
  return {
    set: (run: () => void, ms: number): number => {
      const id = ++last;
      waiting.add(id);
      page.after(ms / 1000, () => {
        if (waiting.delete(id)) run();
      });
      return id;
    },
    clear: (id: number): void => {
      waiting.delete(id);
    },
  };
}

/** Its constructor with this page's timers and dice. */
function syncClientOf(page: Page): SyncClientClass {
  const timers = timersOf(page);
  const math = Object.create(Math, { random: { value: page.random } }) as Math;
  const exports: { default?: SyncClientClass } = {};
  load(exports, require, timers.set, timers.clear, math);
  if (!exports.default) throw new Error("@ircam/sync exports no client");
  return exports.default;
}

/** As its documentation has it: default options, locked from its first report of an estimate on. */
export const startIrcamSync: Start = (page) => {
  const client = new (syncClientOf(page))(() => page.now());
  let handlePong: Pong = () => {};
  let locked = false;
  client.start(
    (id, clientPing) =>
      page.ping(({ serverReceived, serverSent }) => handlePong(id, clientPing, serverReceived, serverSent)),
    (handle) => {
      handlePong = handle;
    },
    ({ status }) => {
      locked ||= status === "training" || status === "sync";
    },
  );
  return { roomAt: (now) => (locked ? client.getSyncTime(now) : null) };
};
