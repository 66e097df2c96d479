import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RoomTime, roomTime } from "../time/instants.ts";
import { DEFAULT_ROOM_EFFECTS, NO_EFFECTS } from "./effects.ts";
import { events, type NoteEvent, trackEvents } from "./events.ts";
import { type Jam, type Note, type Pattern, type Track, type Turn, OWN_PAD, UNCONDUCTED } from "./model.ts";
import { mirror } from "./scales.ts";
import { NOTHING_STAGED, type Staged } from "./staged.ts";
import { setTempo, startPlayback, stopPlayback, stoppedTimeline, type Timeline } from "./timeline.ts";

const note = (step: number, more: Partial<Note> = {}): Note => ({
  step,
  pitch: 60,
  velocity: 100,
  gate: 1,
  probability: 1,
  ratchet: 1,
  ...more,
});

const track = (id: number, length: number, notes: readonly Note[], more: Partial<Track> = {}): Track => ({
  id,
  name: `track ${id}`,
  instrument: "beep",
  shape: 0,
  volume: 1,
  pan: 0,
  muted: false,
  patternIndex: 0,
  pattern: { length, notes },
  filled: [0],
  turns: [],
  ...UNCONDUCTED,
  ...OWN_PAD,
  params: {},
  effects: NO_EFFECTS,
  ...more,
});

const jam = (tracks: readonly Track[], timeline: Timeline, more: Partial<Jam> = {}): Jam => ({
  name: "Jam",
  seed: 1,
  swing: 50,
  scale: "minor",
  root: 0,
  timeline,
  scenes: [],
  chain: { on: false, entries: [] },
  effects: DEFAULT_ROOM_EFFECTS,
  locked: false,
  polarity: NOTHING_STAGED,
  silence: NOTHING_STAGED,
  launch: NOTHING_STAGED,
  tracks,
  ...more,
});

/** 120 beats a minute from room time 10: a sixteenth is 0.125 s. */
const running: Timeline = {
  base: { fromTime: roomTime(10), fromBeat: 0, tempo: 120, running: true },
  next: null,
};
const between = (from: number, to: number) => [roomTime(from), roomTime(to)] as const;
const times = (list: readonly NoteEvent[]): number[] => list.map(({ time }) => Number(time.toFixed(6)));
/** The times that these are, to a microsecond. */
const rounded = (...list: number[]): number[] => list.map((time) => Number(time.toFixed(6)));

describe("[MUS2] what sounds in a window", () => {
  test("[MUS2] a pattern turns along the beats, and nothing begins before beat 0", () => {
    const one = jam([track(1, 16, [note(0), note(4)])], running);
    expect(times(events(one, ...between(0, 12.5)))).toEqual(rounded(10, 10.5, 12));
    expect(events(one, ...between(0, 10))).toEqual([]);
  });

  test("[MUS2] the window is half-open by the instant itself", () => {
    const one = jam([track(1, 16, [note(0), note(4)])], running);
    expect(times(events(one, ...between(10, 10.5)))).toEqual([10]);
    expect(times(events(one, ...between(10.5, 12)))).toEqual([10.5]);
  });

  test("[MUS2] tracks of 5 and 3 steps turn on their own, whatever the bar", () => {
    const poly = jam([track(1, 5, [note(0)]), track(2, 3, [note(2)])], running);
    expect(times(trackEvents(poly, poly.tracks[0] as Track, ...between(10, 12.2)))).toEqual(
      rounded(10, 10.625, 11.25, 11.875),
    );
    expect(times(trackEvents(poly, poly.tracks[1] as Track, ...between(10, 11.1)))).toEqual(
      rounded(10.25, 10.625, 11),
    );
  });

  test("[MUS2] a timeline of absurd beats gives nothing, and an answer", () => {
    const absurd: Timeline = { base: { ...running.base, fromBeat: 1e300 }, next: null };
    expect(events(jam([track(1, 16, [note(0)])], absurd), ...between(10, 20))).toEqual([]);
  });

  test("[MUS2] nothing sounds while stopped, and a track that the room has muted is there all the same", () => {
    expect(events(jam([track(1, 16, [note(0)])], stoppedTimeline(120)), ...between(0, 99))).toEqual([]);
    const muted = jam([track(1, 16, [note(0)], { muted: true })], running);
    expect(events(muted, ...between(10, 11))).toHaveLength(1);
  });
});

describe("[MUS3] swing, ratchets and length", () => {
  test("[MUS3] swing moves the off-beat sixteenths alone, by the room's grid and not the pattern's", () => {
    const swung = jam([track(1, 3, [note(0)])], running, { swing: 75 });
    // Steps 0, 3, 6, 9: the odd ones come half a sixteenth late.
    expect(times(events(swung, ...between(10, 11.2)))).toEqual(rounded(10, 10.4375, 10.75, 11.1875));
  });

  test("[MUS3] a ratchet divides its own step, as long as the swing has made it", () => {
    const straight = jam([track(1, 16, [note(0, { ratchet: 4 })])], running);
    expect(times(events(straight, ...between(10, 11)))).toEqual(rounded(10, 10.03125, 10.0625, 10.09375));
    const swung = jam([track(1, 16, [note(1, { ratchet: 2 })])], running, { swing: 75 });
    expect(times(events(swung, ...between(10, 11)))).toEqual(rounded(10.1875, 10.21875));
  });

  test("[MUS3] a gate is in steps at the tempo where the note begins; a ratchet shares it", () => {
    const one = jam([track(1, 16, [note(0, { gate: 3 }), note(4, { ratchet: 2 })])], running);
    expect(events(one, ...between(10, 11)).map(({ duration }) => duration)).toEqual([0.375, 0.0625, 0.0625]);
  });

  test("[MUS4] a chance falls alike for everybody, anew at each turn, and about as often as it says", () => {
    const chancy = jam([track(1, 5, [note(0, { probability: 0.3 })])], running);
    const all = events(chancy, ...between(10, 10 + 2000 * 0.625));
    expect(all).toEqual(events({ ...chancy, tracks: structuredClone(chancy.tracks) }, ...between(10, 1260)));
    expect(Math.abs(all.length / 2000 - 0.3)).toBeLessThan(0.04);
    expect(events({ ...chancy, seed: 2 }, ...between(10, 1260))).not.toEqual(all);
    const never = jam([track(1, 5, [note(0, { probability: 0 })])], running);
    expect(events(never, ...between(10, 100))).toEqual([]);
  });
});

describe("[MUS5] transport changes cut and join", () => {
  const sixteenths = track(
    1,
    16,
    Array.from({ length: 16 }, (_, step) => note(step)),
  );

  test("[MUS5] a stop cuts: nothing begins at its instant or later, all before it does", () => {
    const stopped = stopPlayback(running, roomTime(11.75), 0.25) as Timeline;
    const heard = events(jam([sixteenths], stopped), ...between(10, 20));
    expect(heard).toHaveLength(16);
    expect(heard.every(({ time }) => time < 12)).toBe(true);
  });

  test("[MUS5] a tempo change drops no step and doubles none, wherever it falls", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: 400, noNaN: true }),
        fc.oneof(
          fc.double({ min: 10, max: 14, noNaN: true }),
          fc.nat(32).map((step) => 10 + step / 8),
        ),
        fc.constantFrom(50, 54, 66, 75),
        (tempo, at, swing) => {
          const changed = setTempo(running, tempo, roomTime(at), 0);
          const heard = events(jam([sixteenths], changed, { swing }), ...between(10, 16));
          expect(heard.map(({ step }) => step)).toEqual(heard.map((_, index) => index % 16));
          for (const [i, { time }] of heard.slice(1).entries())
            expect(time).toBeGreaterThan(heard[i]?.time ?? 0);
        },
      ),
    );
  });

  test("[MUS5] a restart begins again at step 0", () => {
    const stopping = stopPlayback(running, roomTime(11), 0.25) as Timeline;
    const again = startPlayback(stopping, roomTime(11.05), 0.25) as Timeline;
    const heard = events(jam([sixteenths], again), ...between(11.2, 11.5));
    expect(heard.map(({ step }) => step)).toEqual([10, 0, 1]);
  });
});

describe("[MUS8] the chain", () => {
  const turn = (bars: number, length: number, notes: readonly Note[]): Turn => ({
    bars,
    patternIndex: length,
    pattern: { length, notes },
  });

  test("[MUS8] each bar sounds what its section names, from the pattern's first step, round and round", () => {
    const chained = track(1, 16, [note(9)], {
      turns: [turn(1, 16, [note(4)]), turn(2, 24, [note(0), note(20)])],
    });
    // A bar is 2 s. Bar 0: a step; bars 1 and 2: 24 steps and a third of them again.
    expect(times(events(jam([chained], running), ...between(9, 18)))).toEqual(
      rounded(10.5, 12, 14.5, 15, 16.5),
    );
  });

  test("[MUS8] who comes late, and who asks for any window, hears the same", () => {
    const chained = track(1, 16, [], { turns: [turn(1, 5, [note(0)]), turn(3, 7, [note(3)])] });
    const whole = events(jam([chained], running), ...between(10, 200));
    expect(events(jam([structuredClone(chained)], running), ...between(133, 140))).toEqual(
      whole.filter(({ time }) => time >= 133 && time < 140),
    );
  });

  test("[MUS8] a tempo change in the middle of a section keeps its place", () => {
    const chained = track(1, 16, [], { turns: [turn(1, 16, [note(8)]), turn(1, 16, [note(12)])] });
    const faster = setTempo(running, 240, roomTime(11), 0);
    const beats = events(jam([chained], faster), ...between(10, 16)).map(({ beat }) => beat);
    expect(beats).toEqual([2, 7, 10, 15, 18]);
  });

  test("[MUS8] a chain of empty patterns is silent, whatever is selected", () => {
    const chained = track(1, 16, [note(0)], { turns: [turn(4, 16, [])] });
    expect(events(jam([chained], running), ...between(9, 30))).toEqual([]);
  });
});

describe("[MUS6] windows split anywhere hold the same notes", () => {
  const notes = fc.array(
    fc.record({
      step: fc.nat(15),
      pitch: fc.integer({ min: 30, max: 90 }),
      velocity: fc.integer({ min: 1, max: 127 }),
      gate: fc.constantFrom(0.125, 1, 7.5),
      probability: fc.constantFrom(0.2, 0.7, 1, 1),
      ratchet: fc.integer({ min: 1, max: 8 }),
    }),
    { maxLength: 12 },
  );
  const pattern = fc
    .record({ length: fc.integer({ min: 1, max: 16 }), notes })
    .map((drawn): Pattern => ({ ...drawn, notes: drawn.notes.filter(({ step }) => step < drawn.length) }));
  const anyJam = fc.record({
    tracks: fc.array(
      fc.record({
        own: pattern,
        sections: fc.array(fc.record({ bars: fc.integer({ min: 1, max: 3 }), pattern }), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    swing: fc.integer({ min: 50, max: 75 }),
    seed: fc.integer(),
    change: fc.oneof(fc.constant(null), fc.constant("stop" as const), fc.integer({ min: 20, max: 400 })),
    at: fc.double({ min: 10, max: 18, noNaN: true }),
  });

  test("[MUS6] no event is doubled or dropped by a split, also through changes, and all are in order", () => {
    fc.assert(
      fc.property(
        anyJam,
        fc.array(
          fc.oneof(
            fc.double({ min: 9, max: 20, noNaN: true }),
            fc.nat(80).map((n) => 10 + n / 8),
          ),
          {
            maxLength: 6,
          },
        ),
        ({ tracks, swing, seed, change, at }, cuts) => {
          const timeline =
            change === null
              ? running
              : change === "stop"
                ? (stopPlayback(running, roomTime(at), 0.2) as Timeline)
                : setTempo(running, change, roomTime(at), 0.2);
          const one = jam(
            tracks.map(({ own, sections }, id) =>
              track(id + 1, own.length, own.notes, {
                turns: sections.map((section, patternIndex) => ({ ...section, patternIndex })),
              }),
            ),
            timeline,
            { swing, seed },
          );
          const edges = [9, ...cuts.toSorted((a, b) => a - b), 20].map((edge) => roomTime(edge));
          const parts = edges.slice(1).flatMap((to, i) => events(one, edges[i] as RoomTime, to));
          const whole = events(one, ...between(9, 20));
          expect(parts).toEqual(whole);
          for (const [i, { time }] of whole.slice(1).entries())
            expect(time).toBeGreaterThanOrEqual(whole[i]?.time ?? 0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("[LEAD3] what a leader conducts is heard from its beat on", () => {
  const from = (fromBeat: number): Staged => ({ now: 0, next: { value: 1, fromBeat } });
  const line = [note(0, { pitch: 60 }), note(4, { pitch: 63 }), note(8, { pitch: 67 })];
  const polarity = { course: from(4), scale: "minor", low: 60 };

  test("[LEAD3] polarity mirrors from its bar line on, and the notes keep their places", () => {
    const one = jam([track(1, 16, line, { polarity }), track(2, 16, line)], running);
    const heard = (id: number) => events(one, ...between(10, 14)).filter((each) => each.track === id);
    const mirrored = line.map(({ pitch }) => mirror(pitch, "minor", 60));
    expect(heard(1).map(({ sounding }) => sounding)).toEqual([60, 63, 67, ...mirrored]);
    expect(mirrored).toEqual([72, 68, 65]);
    expect(heard(1).map(({ pitch }) => pitch)).toEqual(heard(2).map(({ pitch }) => pitch));
    expect(heard(2).every(({ pitch, sounding }) => pitch === sounding)).toBe(true);
  });

  test("[LEAD3] silence lets nothing begin from its bar line on, until it is over", () => {
    const silent = jam([track(1, 16, line, { silence: from(4) })], running);
    expect(times(events(silent, ...between(10, 14)))).toEqual([10, 10.5, 11]);
    const over: Staged = { now: 1, next: { value: 0, fromBeat: 4 } };
    expect(times(events(jam([track(1, 16, line, { silence: over })], running), ...between(10, 14)))).toEqual([
      12, 12.5, 13,
    ]);
  });

  test("[LEAD3] a scene that is called plays from its bar line on, before the chain and as if it had been selected", () => {
    const pattern: Pattern = { length: 32, notes: [note(16)] };
    const launch = { fromBeat: 4, patternIndex: 3, pattern };
    const turns: Turn[] = [{ bars: 1, patternIndex: 2, pattern: { length: 16, notes: [note(2)] } }];
    const called = jam([track(1, 16, [], { launch, turns })], running);
    const selected = jam([track(1, 32, pattern.notes)], running);
    expect(times(events(called, ...between(10, 12)))).toEqual([10.25]);
    const after = between(12, 30);
    expect(times(events(called, ...after))).toEqual(times(events(selected, ...after)));
  });

  test("[LEAD3] what a change leads to sounds the same once it has been settled", () => {
    const settled = { ...polarity, course: { now: 1, next: null } };
    const [ahead, done] = [polarity, settled].map((each) =>
      jam([track(1, 16, line, { polarity: each })], running),
    );
    const after = between(12, 20);
    expect(events(ahead as Jam, ...after)).toEqual(events(done as Jam, ...after));
  });
});
