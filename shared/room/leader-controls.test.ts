import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Conducted, Write } from "../document/delta.ts";
import { Replica } from "../document/replica.ts";
import { firstWrites } from "../music/first-jam.ts";
import { stagedAt } from "../music/staged.ts";
import {
  beatAt,
  rampTempo,
  setTempo,
  startPlayback,
  stopPlayback,
  stoppedTimeline,
  tempoAt,
  type Timeline,
  timeOfBeat,
} from "../music/timeline.ts";
import type { WrittenControl } from "../protocol/controls.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import { barLine, controlLead, controlWrites, followed, settleControls } from "./leader-controls.ts";
import { viewNumbers } from "./shown-view.ts";

const LEAD = 0.4;
/** Whoever conducts. */
const ADA = 7;
const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const runningAt = (tempo: number): Timeline => ({
  base: { fromTime: roomTime(10), fromBeat: 0, tempo, running: true },
  next: null,
});
const transport = (value: Timeline): Write => ({ key: { kind: "room", field: "transport" }, value });

/** The first jam, playing at 120 from room time 10. */
function room(timeline = runningAt(120)) {
  const replica = new Replica({ actor: 0, seed: 1 });
  replica.commit(firstWrites(), 5_000);
  replica.commit([transport(timeline)], 6_000);
  const context = (now: number) => ({ document: replica.document, now: roomTime(now), lead: LEAD });
  return {
    document: replica.document,
    jam: () => replica.document.jam(),
    write: (writes: readonly Write[], now: number) => void replica.commit(writes, now * 1_000),
    conduct(control: WrittenControl, now: number) {
      const writes = controlWrites(control, ADA, context(now));
      if (writes.ok && writes.value !== "later") replica.commit(writes.value, now * 1_000);
      return writes;
    },
    settle(now: number) {
      const settled = settleControls(context(now));
      if (settled.writes.length > 0) replica.commit(settled.writes, now * 1_000);
      return settled;
    },
  };
}

test("[LEAD4] a change lands on the first bar line that is the lead away, whatever the transport does", () => {
  expect(controlLead([])).toBe(0.25);
  expect(controlLead([0.01, 0.2])).toBeCloseTo(0.55, 12);
  const timelines = fc
    .record({ tempo: real(20, 400), other: real(20, 400), at: real(10, 40) })
    .chain(({ tempo, other, at }) =>
      fc.constantFrom(
        runningAt(tempo),
        setTempo(runningAt(tempo), other, roomTime(at), LEAD),
        rampTempo(runningAt(tempo), { to: other, beats: 16, fromBeat: 64 }, roomTime(10), LEAD),
        startPlayback(stoppedTimeline(tempo), roomTime(at), LEAD) as Timeline,
      ),
    );
  fc.assert(
    fc.property(timelines, real(0, 30), real(0.25, 2), (timeline, after, lead) => {
      const now = roomTime(10 + after);
      const beat = barLine(timeline, now, lead);
      if (beat === null) return expect(beatAt(timeline, roomTime(now + lead))).toBe(0);
      expect(beat % 4).toBe(0);
      const time = timeOfBeat(timeline, beat) as RoomTime;
      expect(time - now).toBeGreaterThan(lead - 1e-5);
      const before = timeOfBeat(timeline, beat - 4);
      if (before !== null && beat >= 4) expect(before - now).toBeLessThan(lead + 1e-5);
      return undefined;
    }),
  );
});

test("[LEAD4] while nothing plays a change is in force at once", () => {
  const stopped = room(stoppedTimeline(120));
  stopped.conduct({ type: "POLARITY_SYNC", polarity: -1 }, 20);
  expect(stopped.jam().polarity).toEqual({ now: 1, next: null });
  stopped.conduct({ type: "MUTE_ALL", on: true }, 20);
  expect(stopped.jam().silence).toEqual({ now: 1, next: null });
});

test("[LEAD5] polarity is staged, and settled on its bar line; then it holds in the next run too", () => {
  const one = room();
  one.conduct({ type: "POLARITY_SYNC", polarity: -1 }, 11);
  expect(one.jam().polarity).toEqual({ now: 0, next: { value: 1, fromBeat: 4 } });
  expect(one.settle(11.5)).toEqual({ writes: [], due: 12 });
  one.settle(12);
  expect(one.jam().polarity).toEqual({ now: 1, next: null });
  expect(one.settle(12.1)).toEqual({ writes: [], due: null });
  expect(stagedAt(one.jam().polarity, 0)).toBe(1);
});

test("[LEAD5] a change is taken back while all can hear of it, and else comes after the one that stands", () => {
  const one = room();
  const back: WrittenControl = { type: "POLARITY_SYNC", polarity: 1 };
  one.conduct({ type: "POLARITY_SYNC", polarity: -1 }, 10.1);
  expect(one.conduct(back, 11.7)).toEqual({ ok: true, value: "later" });
  one.conduct(back, 11);
  expect(one.jam().polarity).toEqual({ now: 0, next: null });
  expect(one.conduct(back, 11)).toEqual({ ok: true, value: [] });
});

test("[LEAD5] what was staged for a bar that does not come is in force when the music stops", () => {
  const one = room();
  one.conduct({ type: "POLARITY_SYNC", polarity: -1 }, 10.1);
  one.write([transport(stopPlayback(one.jam().timeline, roomTime(10.5), LEAD) as Timeline)], 10.5);
  expect(one.settle(10.6).due).toBeCloseTo(10.9, 9);
  one.settle(10.9);
  expect(one.jam().polarity).toEqual({ now: 1, next: null });
});

test("[LEAD6] a scene that is called is heard from its bar line on, and then selected; what is selected later counts", () => {
  const one = room();
  const [bass] = one.jam().tracks.slice(-1);
  const id = bass?.id ?? 0;
  const select = (pattern: number): Write => ({
    key: { kind: "track", track: id, field: "pattern" },
    value: pattern,
  });
  one.write(
    [
      { key: { kind: "scene", scene: 2, field: "patterns" }, value: [[id, 5]] },
      { key: { kind: "chain" }, value: { on: true, entries: [{ scene: 2, bars: 1 }] } },
    ],
    10,
  );
  const track = () => one.jam().tracks.find((each) => each.id === id);
  expect(one.conduct({ type: "SCENE_LAUNCH", scene: 3 }, 10.1)).toEqual({ ok: false, error: "NOT_FOUND" });
  one.conduct({ type: "SCENE_LAUNCH", scene: 2 }, 10.1);
  expect(one.jam().launch).toEqual({ now: 0, next: { value: 3, fromBeat: 4 } });
  expect(track()).toMatchObject({ patternIndex: 0, launch: { fromBeat: 4, patternIndex: 5 } });
  expect(one.jam().tracks.filter(({ launch }) => launch !== null)).toHaveLength(1);
  one.settle(12);
  expect(track()).toMatchObject({ patternIndex: 5, launch: null, turns: [] });
  expect(one.jam().chain.on).toBe(false);
  one.write([select(7)], 13);
  expect(track()?.patternIndex).toBe(7);
  one.conduct({ type: "SCENE_LAUNCH", scene: 2 }, 14.1);
  one.conduct({ type: "SCENE_LAUNCH", scene: null }, 14.2);
  expect(one.jam().launch.next).toBeNull();
});

test("[LEAD7] a ramp is one register: it begins on the bar line, and is over so many bars later", () => {
  const one = room();
  one.conduct({ type: "TEMPO_RAMP", tempo: 180, bars: 2 }, 11);
  const { timeline } = one.jam();
  expect(timeline.next).toMatchObject({ fromBeat: 4, tempo: 120, ramp: { to: 180, beats: 8 } });
  expect(tempoAt(timeline, timeOfBeat(timeline, 12) as RoomTime)).toBeCloseTo(180, 9);
});

test("[LEAD8] a lock is in force at once, of a part that there is, or of all", () => {
  const one = room();
  const [first] = one.jam().tracks;
  one.conduct({ type: "LOCK", track: first?.id ?? 0, on: true }, 10);
  expect(one.jam().tracks.map(({ locked }) => locked)).toEqual([
    true,
    ...one
      .jam()
      .tracks.slice(1)
      .map(() => false),
  ]);
  expect(one.jam().locked).toBe(false);
  one.conduct({ type: "LOCK", track: null, on: true }, 10.1);
  expect(one.jam().tracks.every(({ locked }) => locked)).toBe(true);
  one.conduct({ type: "LOCK", track: null, on: false }, 10.2);
  expect(one.jam().tracks.filter(({ locked }) => locked)).toHaveLength(1);
  expect(one.conduct({ type: "LOCK", track: 9_999, on: true }, 10)).toEqual({
    ok: false,
    error: "NOT_FOUND",
  });
});

test("[LEAD16] a view is told as it is, once, and nothing of a part that is not there", () => {
  const one = room();
  const [part] = one.jam().tracks;
  const view = { track: part?.id ?? 0, first: null, octaves: -1, panel: "scenes" as const };
  const key = { kind: "conducted", deed: "follow" } as const;
  expect(one.conduct({ type: "FOLLOW", view: { ...view, track: 9_999 } }, 11)).toEqual({
    ok: false,
    error: "NOT_FOUND",
  });
  expect(one.conduct({ type: "FOLLOW", view }, 11)).toEqual({
    ok: true,
    value: [{ key, value: [ADA, ...viewNumbers(view)] }],
  });
  expect(one.conduct({ type: "FOLLOW", view }, 12)).toEqual({ ok: true, value: [] });
  expect(one.conduct({ type: "FOLLOW", view: null }, 13)).toEqual({
    ok: true,
    value: [{ key, value: [ADA] }],
  });
});

test("[LEAD17] who hands the lead over shows nothing any more", () => {
  const one = room();
  one.conduct({ type: "FOLLOW", view: { track: null, first: 3, octaves: 0, panel: null } }, 11);
  expect(followed(one.document)).toBe(ADA);
  expect(one.conduct({ type: "LEAD", to: 9 }, 12)).toEqual({
    ok: true,
    value: [
      { key: { kind: "conducted", deed: "follow" }, value: [ADA] },
      { key: { kind: "conducted", deed: "lead" }, value: [ADA, 9] },
    ],
  });
  expect(followed(one.document)).toBeNull();
});

test("[LEAD20] each control that changes something says whose it was, and what", () => {
  const one = room();
  const [part] = one.jam().tracks;
  const track = part?.id ?? 0;
  one.write([{ key: { kind: "scene", scene: 2, field: "patterns" }, value: [[track, 5]] }], 10);
  const controls: readonly (readonly [WrittenControl, Conducted])[] = [
    [{ type: "POLARITY_SYNC", polarity: -1 }, [ADA, 1]],
    [{ type: "MUTE_ALL", on: true }, [ADA, 1]],
    [{ type: "SCENE_LAUNCH", scene: 2 }, [ADA, 3]],
    [{ type: "TEMPO_RAMP", tempo: 128.5, bars: 8 }, [ADA, 12_850, 8]],
    [{ type: "LOCK", track: null, on: true }, [ADA, 1]],
    [{ type: "LOCK", track, on: false }, [ADA, 0, track]],
  ];
  for (const [control, conducted] of controls) {
    const writes = one.conduct(control, 10.1);
    expect(writes.ok && writes.value !== "later" && writes.value.at(-1)?.value).toEqual(conducted);
  }
  // What is so already is nobody's doing, and neither is a bar line that passes.
  const idle = room(stoppedTimeline(120));
  expect(idle.conduct({ type: "MUTE_ALL", on: true }, 11)).toMatchObject({ value: { length: 2 } });
  one.settle(12);
  expect(one.settle(30).writes.filter(({ key }) => key.kind === "conducted")).toEqual([]);
});
