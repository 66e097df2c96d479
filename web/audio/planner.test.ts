import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { applyCommand } from "#shared/document/commands.ts";
import { Replica } from "#shared/document/replica.ts";
import { events } from "#shared/music/events.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import type { Jam } from "#shared/music/model.ts";
import { setTempo, stopPlayback } from "#shared/music/timeline.ts";
import { Command, type CommandInput } from "#shared/protocol/commands.ts";
import { roomTime } from "#shared/time/instants.ts";
import { jam, note, playing, track } from "./fixtures.ts";
import { CLICK_TRACK, gridTick, Planner, type PlanUpdate, STOP_TRACK } from "./planner.ts";
import type { PlanEntry } from "./release-plan.ts";
import { Slots } from "./slots.ts";

const QUIET = { metronome: false, countIn: false };
const T0 = roomTime(100);

const setUp = (first: Jam): { planner: Planner; slots: Slots } => {
  const slots = new Slots();
  slots.assign(first.tracks.map(({ id }) => id));
  return { planner: new Planner(slots), slots };
};
const entriesOf = (updates: readonly PlanUpdate[], id: number): readonly PlanEntry[] =>
  updates.filter((update) => update.track === id).flatMap(({ entries }) => entries);
const tracksOf = (updates: readonly PlanUpdate[]): number[] => updates.map((update) => update.track);

const four = jam([1, 2, 3, 4].map((id) => track(id, [note(0), note(4), note(8, 72, { ratchet: 3 })])));

describe("the planner", () => {
  test("[AUD40] plans what the jam's events are, four bars ahead, each on its track's stereo pair", () => {
    const plays = playing(four, T0);
    const { planner, slots } = setUp(plays);
    const updates = planner.update(plays, QUIET, T0);
    expect(planner.horizon).toBe(108);
    for (const { id } of plays.tracks) {
      const expected = events(plays, T0, roomTime(108)).filter((event) => event.track === id);
      const entries = entriesOf(updates, id);
      expect(entries.map(({ time }) => time)).toEqual(expected.map(({ time }) => time));
      for (const { message } of entries) {
        expect(message.slice(0, 2)).toEqual(["/s_new", "sonic-pi-beep"]);
        expect(message[message.indexOf("out_bus") + 1]).toBe(2 * (slots.of(id) as number));
      }
    }
  });

  test("[AUD41] an edit rewrites the track it changed and no other", () => {
    const plays = playing(four, T0);
    const { planner } = setUp(plays);
    planner.update(plays, QUIET, T0);
    const edited = {
      ...plays,
      tracks: plays.tracks.map((each) => (each.id === 2 ? track(2, [note(1)]) : each)),
    };
    const updates = planner.update(edited, QUIET, roomTime(101));
    expect(tracksOf(updates)).toEqual([2]);
    expect(planner.update(edited, QUIET, roomTime(101.1))).toEqual([]);
  });

  test("[AUD41] a removed track's future is emptied, a new one's written", () => {
    const plays = playing(four, T0);
    const { planner, slots } = setUp(plays);
    planner.update(plays, QUIET, T0);
    const changed = { ...plays, tracks: [...plays.tracks.slice(1), track(9, [note(0)])] };
    slots.assign(changed.tracks.map(({ id }) => id));
    const updates = planner.update(changed, QUIET, roomTime(101));
    expect(tracksOf(updates)).toEqual([1, 9]);
    expect(entriesOf(updates, 1)).toEqual([]);
    expect(entriesOf(updates, 9).length).toBeGreaterThan(0);
  });

  test("[AUD41] tempo, swing and a step of the clock rewrite everything", () => {
    const plays = playing(four, T0);
    const { planner } = setUp(plays);
    planner.update(plays, QUIET, T0);
    const now = roomTime(101);
    const all = [1, 2, 3, 4, CLICK_TRACK];
    const faster = { ...plays, timeline: setTempo(plays.timeline, 150, now, 0.2) };
    expect(tracksOf(planner.update(faster, QUIET, now))).toEqual(expect.arrayContaining(all));
    const swung = { ...faster, swing: 60 };
    expect(tracksOf(planner.update(swung, QUIET, now))).toEqual(expect.arrayContaining(all));
    planner.reset();
    expect(tracksOf(planner.update(swung, QUIET, now))).toEqual(expect.arrayContaining(all));
  });

  test("[AUD41] scenes and the chain rewrite the tracks that they change, and notes that cannot sound none", () => {
    const replica = new Replica({ actor: 5, seed: 1 });
    const run = (input: CommandInput, now: number): void => {
      const context = { now: roomTime(now), lead: 0.25, actor: 5 };
      const writes = applyCommand(replica.document, v.parse(Command, input), context);
      if (!writes.ok) throw new Error(writes.error.message);
      if (writes.value.length > 0) replica.commit(writes.value, now * 1000);
    };
    replica.commit(firstWrites(), 1);
    run({ type: "PLAYBACK_START" }, 100);
    const { planner } = setUp(replica.document.jam());
    planner.update(replica.document.jam(), QUIET, T0);
    const rewritten = (input: CommandInput): number[] => {
      run(input, 101);
      return tracksOf(planner.update(replica.document.jam(), QUIET, roomTime(101)));
    };
    expect(rewritten({ type: "SCENE_STORE", scene: 0 })).toEqual([]);
    expect(rewritten({ type: "PATTERN_COPY", track: 2, from: 0, to: 1 })).toEqual([2]);
    expect(rewritten({ type: "PATTERN_COPY", track: 2, from: 0, to: 1 })).toEqual([]);
    expect(rewritten({ type: "PATTERN_SELECT", track: 2, pattern: 1 })).toEqual([2]);
    expect(rewritten({ type: "SCENE_STORE", scene: 1 })).toEqual([]);
    expect(rewritten({ type: "SCENE_RECALL", scene: 0 })).toEqual([2]);
    const entries = [0, 1].map((scene) => ({ scene, bars: 1 }));
    expect(rewritten({ type: "CHAIN_SET", entries, on: true })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(rewritten({ type: "PATTERN_SELECT", track: 2, pattern: 1 })).toEqual([2]);
    expect(rewritten({ type: "NOTE_TOGGLE", track: 2, step: 5, pitch: 38 })).toEqual([2]);
    expect(rewritten({ type: "PATTERN_SELECT", track: 3, pattern: 7 })).toEqual([3]);
    const planned = planner.update(replica.document.jam(), QUIET, roomTime(101));
    expect(planned).toEqual([]);
  });

  test("[AUD42] extending again and again plans each event once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 50, max: 75 }), (tempo, swing) => {
        const stopped = {
          ...four,
          swing,
          timeline: { ...four.timeline, base: { ...four.timeline.base, tempo } },
        };
        const plays = playing(stopped, T0);
        const { planner } = setUp(plays);
        const planned = [...entriesOf(planner.update(plays, QUIET, T0), 3)];
        for (let now = 100; now < 130; now += 0.25) {
          planned.push(...entriesOf(planner.extend(roomTime(now)), 3));
          expect((planner.horizon as number) - now).toBeGreaterThanOrEqual(480 / tempo - 0.26);
        }
        const until = planner.horizon as number;
        const expected = events(plays, T0, roomTime(until)).filter((event) => event.track === 3);
        expect(planned.map(({ time }) => time)).toEqual(expected.map(({ time }) => time));
        expect(new Set(planned.map(({ step, pitch, tick }) => `${step}:${pitch}:${tick}`)).size).toBe(
          planned.length,
        );
      }),
      { numRuns: 20 },
    );
  });

  test("[AUD43] a strike is the same event whatever the swing", () => {
    const dense = jam([
      track(
        1,
        [0, 1, 2, 3, 4, 5, 6].map((step) => note(step, 60, { ratchet: step + 1 })),
        {},
      ),
      track(2, [note(0, 60, { ratchet: 8 })], {
        pattern: { length: 1, notes: [note(0, 60, { ratchet: 8 })] },
      }),
    ]);
    const plays = playing(dense, T0);
    const ticks = (swing: number): number[] =>
      events({ ...plays, swing }, T0, roomTime(110)).map(({ beat }) => gridTick(beat, swing));
    const straight = ticks(50);
    for (const swing of [51, 58, 66, 75])
      expect(
        ticks(swing)
          .slice(0, 500)
          .toSorted((a, b) => a - b),
      ).toEqual(straight.slice(0, 500).toSorted((a, b) => a - b));
  });

  test("[AUD44] a stop lets go of what is held at its instant, a stop heard of late as soon as it can", () => {
    const plays = playing(four, T0);
    const { planner } = setUp(plays);
    planner.update(plays, QUIET, T0);
    const stopped = { ...plays, timeline: stopPlayback(plays.timeline, roomTime(103), 0.25)! };
    const [entry] = entriesOf(planner.update(stopped, QUIET, roomTime(103)), STOP_TRACK);
    expect(entry).toMatchObject({ time: 103.25, message: ["/n_set", 101, "amp_slide", 0.06, "amp", 0] });
    planner.reset();
    planner.update(plays, QUIET, T0);
    const [late] = entriesOf(planner.update(stopped, QUIET, roomTime(104)), STOP_TRACK);
    expect(late?.time).toBeCloseTo(104.12, 6);
    // Nobody hears of a stop that was there before they were.
    planner.reset();
    expect(entriesOf(planner.update(stopped, QUIET, roomTime(104)), STOP_TRACK)).toEqual([]);
  });

  test("[AUD45] the metronome is planned for me on every beat, the first of the bar in accent", () => {
    const plays = playing(four, T0, 0.3);
    const { planner } = setUp(plays);
    planner.update(plays, QUIET, T0);
    const updates = planner.update(plays, { metronome: true, countIn: false }, T0);
    expect(tracksOf(updates)).toEqual([CLICK_TRACK]);
    const entries = entriesOf(updates, CLICK_TRACK);
    expect(entries.slice(0, 5).map(({ time }) => time)).toEqual([100.3, 100.8, 101.3, 101.8, 102.3]);
    const pitches = entries.map(({ message }) => message[message.indexOf("note") + 1]);
    expect(pitches.slice(0, 5)).toEqual([96, 89, 89, 89, 96]);
    for (const { message } of entries) expect(message[message.indexOf("out_bus") + 1]).toBe(30);
  });

  test("[AUD45] a count-in is the bar before the start if that fits, else the first bar", () => {
    const counting = { metronome: false, countIn: true };
    const times = (lead: number): number[] => {
      const plays = playing(four, T0, lead);
      const { planner } = setUp(plays);
      return entriesOf(planner.update(plays, counting, T0), CLICK_TRACK).map(({ time }) => time - 100 - lead);
    };
    expect(times(2.25)).toEqual([-2, -1.5, -1, -0.5].map((time) => expect.closeTo(time, 6)));
    expect(times(0.25)).toEqual([0, 0.5, 1, 1.5].map((time) => expect.closeTo(time, 6)));
  });
});
