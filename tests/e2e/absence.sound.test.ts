/** Pages that are out of sight and machines that sleep: in a browser that hides tabs and can be stopped. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { onsets } from "./onsets.ts";
import { inspected, players } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { expectInPhase, onsetTimes, recordTogether } from "./support/listening.ts";
import { OwnChromium, type OwnTab } from "./support/own-chromium.ts";
import { createRoom } from "./support/rooms.ts";
import { listening } from "./support/machine.ts";

const house = openHouse("--sfu-workers", "0");
let chromium: OwnChromium;
beforeAll(async () => {
  chromium = await OwnChromium.launch();
}, 60_000);
afterAll(() => chromium?.close());

const TEMPO = 180;
const STEP = 15 / TEMPO;
/** How long a page out of sight is listened to: past what was planned while it was in sight, four bars. */
const SECONDS = 6;

async function joined(link: string): Promise<OwnTab> {
  const tab = await chromium.open(inspected(link));
  await tab.press("Join the jam");
  await tab.untilInspect(
    "sound and a locked clock",
    (state) => state.engine.state === "running" && state.clock.state === "locked",
  );
  return tab;
}

/** One part is left: hats on these steps, which begin sharply and end soon. */
async function playHats(tab: OwnTab, steps: readonly number[]): Promise<void> {
  await tab.evaluate(
    ({ tempo, hits }) => {
      const { tutti } = window;
      const { tracks } = tutti?.inspect().document ?? { tracks: [] };
      for (const { id, name } of tracks)
        if (name !== "Closed hat") tutti?.dispatch({ type: "TRACK_SET", track: id, muted: true });
      const track = tracks.find(({ name }) => name === "Closed hat");
      if (!track) throw new Error("no closed hat");
      const notes = hits.map((step) => ({ step, pitch: 60, velocity: 120 }));
      tutti?.dispatch({ type: "PATTERN_UPDATE", track: track.id, length: 16, notes });
      tutti?.dispatch({ type: "TEMPO_SET", tempo });
    },
    { tempo: TEMPO, hits: steps },
  );
  await tab.press("Play");
  await tab.untilInspect("the jam to play", (state) => state.transport.beat > 4);
}

test(
  "[E2E9] a tab behind another one misses no note, plays none late and stays in time",
  listening(120_000),
  async () => {
    const room = await createRoom(house.server.url, "relay");
    const tab = await joined(room.leader);
    await playHats(tab, [0, 4, 8, 12]);
    await chromium.open("about:blank");
    expect(await tab.evaluate(() => document.visibilityState)).toBe("hidden");
    const { scheduledUntil } = (await tab.untilInspect("hidden", () => true)).engine;
    await tab.untilInspect(
      "a plan made out of sight",
      (state) => (state.engine.scheduledUntil ?? 0) > (scheduledUntil ?? 0) + 4,
    );
    const [recording] = await recordTogether([tab], SECONDS);
    const beats = onsetTimes(recording);
    expect(beats.length).toBeGreaterThanOrEqual(Math.floor(SECONDS / (4 * STEP)) - 1);
    const apartMs = beats.slice(1).map((time, i) => (time - (beats[i] ?? 0) - 4 * STEP) * 1_000);
    for (const apart of apartMs) expect(Math.abs(apart), apartMs.join(", ")).toBeLessThan(10);
    const state = await tab.untilInspect("the end", () => true);
    expect(state.engine.late).toBe(0);
    expect(state.clock.state).toBe("locked");
  },
);

test(
  "[E2E10] a machine that slept plays nothing of the past, and comes back in time with the others",
  listening(120_000),
  async () => {
    const room = await createRoom(house.server.url, "relay");
    const sleeper = await joined(room.leader);
    const [awake] = await players(house, room.performer);
    // A step comes every 83 ms: the engine always holds one or two that are still to sound.
    await playHats(sleeper, [...Array(16).keys()]);

    const taped = sleeper.tap(4);
    const { engine } = await sleeper.untilInspect("a second of it", ({ transport }) => transport.beat > 12);
    chromium.signal("SIGSTOP");
    await awake.untilInspect("some bars without the sleeper", ({ transport }) => transport.beat > 24, 30_000);
    chromium.signal("SIGCONT");

    const { samples, sampleRate, contextTime } = await taped;
    const heard = onsets(samples, sampleRate).map((time) => contextTime + time);
    const asleep = engine.contextTime;
    const before = heard.filter((time) => time < asleep);
    const after = heard.filter((time) => time > asleep + 0.05);
    const told = `asleep at ${asleep.toFixed(3)}, heard ${heard.map((time) => time.toFixed(3)).join(" ")}`;
    expect(before.length, told).toBeGreaterThan(4);
    // Of what was handed over before, up to 0.15 s of sound, nothing; then what is due, on the beat.
    expect(after[0], told).toBeGreaterThan(asleep + 0.4);
    expect(after.length, told).toBeGreaterThan(4);
    const state = await sleeper.untilInspect(
      "the sleeper to play again",
      ({ engine: { state: sound }, clock }) => sound === "running" && clock.state === "locked",
    );
    expect(state.engine.late).toBe(0);
    const [a, b] = await recordTogether([sleeper, awake], 3);
    expectInPhase(a, b, 15);
    await awake.context.close();
  },
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
    const [a] = await players(house, room.leader);
    const [kick, ...others] = (await a.inspect()).document.tracks;
    for (const track of others) await a.dispatch({ type: "TRACK_SET", track: track.id, muted: true });
    const notes = [0, 4, 8, 12].map((step) => ({ step, pitch: 36, velocity: 110 }));
    await a.dispatch({ type: "PATTERN_UPDATE", track: kick?.id ?? 0, length: 16, notes });
    await a.dispatch({ type: "TEMPO_SET", tempo: TEMPO });
    await a.press("Play");
    await a.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);

    await a.page.evaluate(throttleLikeHidden);
    const { scheduledUntil } = (await a.inspect()).engine;
    await a.untilInspect(
      "a plan made out of sight",
      (s) => (s.engine.scheduledUntil ?? 0) > (scheduledUntil ?? 0) + 4,
    );
    const [recording] = await recordTogether([a], SECONDS);
    const beats = onsetTimes(recording);
    const gaps = beats.slice(1).map((time, index) => time - (beats[index] ?? 0));
    expect(beats.length).toBeGreaterThanOrEqual(Math.floor(SECONDS / (4 * STEP)) - 1);
    const apartMs = gaps.map((gap) => (gap - 4 * STEP) * 1_000);
    for (const apart of apartMs) expect(Math.abs(apart), apartMs.join(", ")).toBeLessThan(10);
    const state = await a.inspect();
    expect(state.engine).toMatchObject({ late: 0, missed: 0 });
    expect(state.clock.state).toBe("locked");
    await a.context.close();
  },
);
