/** Pages that are out of sight and machines that sleep: in a browser that hides tabs and can be stopped. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { onsets } from "./onsets.ts";
import { JamPage } from "./support/browser.ts";
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

const inspected = (link: string): string => link.replace("#", "?inspect#");
const TEMPO = 180;
const STEP = 15 / TEMPO;

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
    const [recording] = await recordTogether([tab], 8);
    const beats = onsetTimes(recording);
    expect(beats.length).toBeGreaterThanOrEqual(Math.floor(8 / (4 * STEP)) - 1);
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
    const awake = await JamPage.open(house.browser, inspected(room.performer));
    await awake.press("Join the jam");
    await awake.whenJamming();
    // A step comes every 83 ms: the engine always holds one or two that are still to sound.
    await playHats(sleeper, [...Array(16).keys()]);

    const taped = sleeper.tap(4);
    const { engine } = await sleeper.untilInspect("a second of it", ({ transport }) => transport.beat > 12);
    chromium.signal("SIGSTOP");
    await awake.untilInspect("some bars without the sleeper", ({ transport }) => transport.beat > 30, 30_000);
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
