/**
 * The first seconds of an audience: how soon after a listener's link is opened the stream is heard, with a press as
 * soon as there is something to press. For who comes first, for whom the room begins its programme, and for who comes
 * while others listen.
 */
import { gzipSync } from "node:zlib";
import type { Browser, Response } from "playwright-core";
import { JamPage, launch } from "../../e2e/support/browser.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import { until } from "../../e2e/support/until.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { atMost, type Outcome, rowOf } from "../report.ts";
import { median, percentile } from "../stats.ts";

const VISITS = 8;
const SOUND_TARGET_MS = 2_000;
const FETCHED_TARGET_KB = 60;
const DEADLINE_MS = 20_000;
/** Of `totalAudioEnergy`: a hundredth of a second at -40 dB. */
const ENERGY = 1e-6;

interface Probe {
  connections: RTCPeerConnection[];
  pressedAt?: number;
  heardAt?: number;
}

/** In the page: presses as soon as it can, and looks 50 times a second whether energy has come out. */
function installProbe(energy: number): void {
  const probe: Probe = { connections: [] };
  (window as unknown as { probe: Probe }).probe = probe;
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      probe.connections.push(this);
    }
  };
  const look = async (): Promise<void> => {
    if (probe.pressedAt === undefined) {
      const button = [...document.querySelectorAll("button")].find((each) => each.textContent === "Listen");
      if (button) {
        probe.pressedAt = performance.now();
        button.click();
      }
    }
    for (const connection of probe.connections) {
      const report = await connection.getStats();
      report.forEach((entry: { readonly type: string; readonly totalAudioEnergy?: number }) => {
        if (entry.type === "inbound-rtp" && (entry.totalAudioEnergy ?? 0) > energy)
          probe.heardAt ??= performance.now();
      });
    }
    if (probe.heardAt === undefined) setTimeout(() => void look(), 20);
  };
  setTimeout(() => void look(), 20);
}

interface Visit {
  /** From the start of the navigation, ms; NaN when it never was. */
  readonly button: number;
  readonly sound: number;
  /** All that was fetched up to then, gzip. */
  readonly kilobytes: number;
}

async function visit(browser: Browser, link: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  try {
    await context.addInitScript(installProbe, ENERGY);
    const responses: Response[] = [];
    context.on("response", (response) => responses.push(response));
    const page = await context.newPage();
    await page.goto(link, { waitUntil: "commit" });
    const probe = () =>
      page.evaluate(() => {
        const { pressedAt, heardAt } = (window as unknown as { probe: Probe }).probe;
        return { origin: performance.timeOrigin, pressedAt, heardAt };
      });
    const silent = { what: "the stream", timeoutMs: DEADLINE_MS };
    await until(async () => (await probe()).heardAt ?? null, silent).catch(() => undefined);
    const { origin, pressedAt = Number.NaN, heardAt = Number.NaN } = await probe();
    const before = responses.filter((each) => each.request().timing().startTime < origin + heardAt);
    const sizes = await Promise.all(before.map(async (each) => gzipSync(await each.body()).length));
    return {
      button: pressedAt,
      sound: heardAt,
      kilobytes: sizes.reduce((sum, size) => sum + size, 0) / 1_000,
    };
  } finally {
    await context.close();
  }
}

/** Somebody who plays; the room's programme begins with its first listener. */
async function openHost(browser: Browser, link: string): Promise<JamPage> {
  const host = await JamPage.open(browser, link.replace("#", "?inspect#"));
  await host.press("Join the jam");
  await host.whenJamming();
  await host.dispatch({ type: "PLAYBACK_START" });
  await host.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);
  // What broadcasts is fetched after the sound.
  await host.page.getByRole("button", { name: "Send my mix", exact: true }).waitFor();
  return host;
}

export async function runListen({ quick, say }: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer();
  const browser = await launch();
  try {
    const count = quick ? 2 : VISITS;
    const [firsts, later]: [Visit[], Visit[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const room = await createRoom(server.url, "auto");
      const host = await openHost(browser, room.leader);
      const first = await visit(browser, room.audience);
      firsts.push(first);
      say(`first, visit ${i + 1}: button ${first.button.toFixed(0)} ms, sound ${first.sound.toFixed(0)} ms`);
      await host.context.close();
    }
    const room = await createRoom(server.url, "auto");
    const host = await openHost(browser, room.leader);
    const resident = await browser.newPage();
    await resident.goto(room.audience);
    await resident.getByRole("button", { name: "Listen", exact: true }).waitFor();
    for (let i = 0; i < count; i++) {
      const next = await visit(browser, room.audience);
      later.push(next);
      say(`later, visit ${i + 1}: button ${next.button.toFixed(0)} ms, sound ${next.sound.toFixed(0)} ms`);
    }
    await host.context.close();
    const isHeard = ({ sound }: Visit) => !Number.isNaN(sound);
    const all = [
      ["who comes first", firsts],
      ["who comes later", later],
    ] as const;
    return {
      rows: all.flatMap(([name, visits]) => {
        const row = rowOf(name, "tutti");
        const sounds = visits.filter(isHeard).map(({ sound }) => sound);
        return [
          row("visits", visits.length, ""),
          row("without a sound", visits.length - sounds.length, ""),
          row("link → button, median", median(visits.map(({ button }) => button)), "ms"),
          row("link → sound, median", median(sounds), "ms"),
          row("link → sound, p95", percentile(sounds, 95), "ms"),
          row(
            "fetched up to the sound, gzip, most",
            Math.max(...visits.map(({ kilobytes }) => kilobytes)),
            "kB",
          ),
        ];
      }),
      bars: all.flatMap(([name, visits]) => [
        atMost(
          `${name}: link → sound, median, ms`,
          median(visits.filter(isHeard).map(({ sound }) => sound)),
          SOUND_TARGET_MS,
        ),
        atMost(
          `${name}: fetched up to the sound, kB gzip`,
          Math.max(...visits.map(({ kilobytes }) => kilobytes)),
          FETCHED_TARGET_KB,
        ),
      ]),
    };
  } finally {
    await browser.close();
    await server.close();
  }
}
