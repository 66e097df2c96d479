/** What goes wrong while people play: a path that dies, a tab that is out of sight, frames that make no sense. */
import { expect, test } from "vitest";
import { JamPage } from "./support/browser.ts";
import { onsetTimes, recordTogether } from "./support/listening.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { listening } from "./support/machine.ts";

const house = openHouse("--sfu-workers", "1");

declare global {
  interface Window {
    /** Every peer connection that the page has made. */
    peerConnections?: RTCPeerConnection[];
  }
}

/** A page that remembers its peer connections, so that a test can pull the plug. */
async function openPlugged(link: string): Promise<JamPage> {
  const context = await house.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(() => {
    const made: RTCPeerConnection[] = [];
    window.peerConnections = made;
    const Real = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
  });
  return JamPage.openIn(context, link.replace("#", "?inspect#"));
}

/** 40 edits from each of these on: two full rows of sixteen, and half of a third. */
const STARTS = [40, 50, 60] as const;
const EDITED = STARTS.flatMap((start) => [start, start + 1, start + 2]);

test.each(["mesh", "sfu"] as const)(
  "[E2E7] when the %s dies under them, edits go on by the relay, none is lost, and the path comes back",
  async (topology) => {
    const room = await createRoom(house.server.url, topology);
    const [a, b] = [await openPlugged(room.leader), await openPlugged(room.performer)];
    for (const page of [a, b]) {
      await page.press("Join the jam");
      await page.whenJamming();
      await page.untilInspect(`the ${topology}`, (state) => state.peers[0]?.link === topology, 30_000);
    }
    const edits = (page: JamPage, from: number) =>
      page.page.evaluate((offset) => {
        const track = window.tutti?.inspect().document.tracks[0]?.id ?? 0;
        for (let i = 0; i < 40; i++)
          window.tutti?.dispatch({
            type: "NOTE_SET",
            track,
            step: i % 16,
            pitch: offset + (i >> 4),
            velocity: 64,
          });
      }, from);
    await edits(a, STARTS[0]);
    await a.page.evaluate(() => {
      for (const connection of window.peerConnections ?? []) connection.close();
    });
    await edits(a, STARTS[1]);
    await edits(b, STARTS[2]);
    for (const page of [a, b])
      await page.untilInspect("every edit, by everybody", (state) => {
        const pitches = new Set(state.document.tracks[0]?.notes.map(({ pitch }) => pitch));
        return state.unacknowledged === 0 && EDITED.every((pitch) => pitches.has(pitch));
      });
    const [one, other] = await Promise.all([a.inspect(), b.inspect()]);
    expect(one.document.digest).toBe(other.document.digest);
    await a.untilInspect(`the ${topology} again`, (state) => state.peers[0]?.link === topology, 60_000);
    await a.context.close();
    await b.context.close();
  },
  120_000,
);

/**
 * What a browser does to a hidden tab: its timers come once a second and no frame is painted. (A driven
 * browser never hides a page, so the test does it to the page itself.)
 */
function throttleLikeHidden(): void {
  const later = window.setTimeout.bind(window);
  const onTheSecond = (ms: number): number => {
    const due = performance.now() + ms;
    return Math.ceil(due / 1_000) * 1_000 - performance.now();
  };
  window.setTimeout = ((handler: TimerHandler, ms = 0, ...rest: unknown[]) =>
    later(handler, onTheSecond(ms), ...rest)) as typeof window.setTimeout;
  window.requestAnimationFrame = () => 0;
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}

test(
  "[E2E8] a page whose timers are throttled as in a hidden tab misses no note and plays none late",
  listening(90_000),
  async () => {
    const room = await createRoom(house.server.url, "relay");
    const a = await JamPage.open(house.browser, room.leader.replace("#", "?inspect#"));
    await a.press("Join the jam");
    await a.whenJamming();
    const [kick, ...others] = (await a.inspect()).document.tracks;
    for (const track of others) await a.dispatch({ type: "TRACK_SET", track: track.id, muted: true });
    const notes = [0, 4, 8, 12].map((step) => ({ step, pitch: 36, velocity: 110 }));
    await a.dispatch({ type: "PATTERN_UPDATE", track: kick?.id ?? 0, length: 16, notes });
    await a.press("Play");
    await a.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);

    await a.page.evaluate(throttleLikeHidden);
    const { scheduledUntil } = (await a.inspect()).engine;
    await a.untilInspect(
      "a plan made out of sight",
      (s) => (s.engine.scheduledUntil ?? 0) > (scheduledUntil ?? 0) + 4,
    );
    const [recording] = await recordTogether([a], 8);
    const beats = onsetTimes(recording);
    const gaps = beats.slice(1).map((time, index) => time - (beats[index] ?? 0));
    expect(beats.length).toBeGreaterThanOrEqual(15);
    const apartMs = gaps.map((gap) => (gap - 60 / 124) * 1_000);
    for (const apart of apartMs) expect(Math.abs(apart), apartMs.join(", ")).toBeLessThan(10);
    const state = await a.inspect();
    expect(state.engine).toMatchObject({ late: 0, missed: 0 });
    expect(state.clock.state).toBe("locked");
    await a.context.close();
  },
);
