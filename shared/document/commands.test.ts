import * as fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { DEFAULT_ROOM_EFFECTS, NO_EFFECTS } from "../music/effects.ts";
import { firstWrites } from "../music/first-jam.ts";
import { isPlaying } from "../music/timeline.ts";
import { Command, type CommandInput } from "../protocol/commands.ts";
import { roomTime } from "../time/instants.ts";
import { decodeDelta, encodeDelta } from "./codec.ts";
import { applyCommand } from "./commands.ts";
import { Replica } from "./replica.ts";

const now = roomTime(10);
const context = { now, lead: 0.3, actor: 5 };

/** A replica with the first jam in it. */
function started(): Replica {
  const replica = new Replica({ actor: 5, seed: 1 });
  const server = new Replica({ actor: 0, seed: 1 });
  replica.receive(server.commit(firstWrites(), 1));
  return replica;
}

function outcome(replica: Replica, input: CommandInput) {
  return applyCommand(replica.document, v.parse(Command, input), context);
}

/** Carries a command out; how many registers it wrote. */
function run(replica: Replica, input: CommandInput): number {
  const result = outcome(replica, input);
  if (!result.ok) throw new Error(result.error.message);
  if (result.value.length > 0) replica.commit(result.value, 10_000);
  return result.value.length;
}

const errorOf = (replica: Replica, input: CommandInput) => {
  const result = outcome(replica, input);
  return result.ok ? null : result.error.code;
};
const trackOf = (replica: Replica, id: number) =>
  replica.document.jam().tracks.find((track) => track.id === id);
const steps = (replica: Replica, id: number) => trackOf(replica, id)?.pattern.notes.map(({ step }) => step);

describe("notes", () => {
  test("[CMD1] a toggle travels resolved: a note, or empty", () => {
    const replica = started();
    const toggle = { type: "NOTE_TOGGLE", track: 1, step: 1, pitch: 36 } as const;
    const before = steps(replica, 1);
    expect(before).not.toContain(1);
    expect(outcome(replica, toggle)).toMatchObject({ value: [{ value: { velocity: 100, gate: 1 } }] });
    run(replica, toggle);
    expect(steps(replica, 1)).toContain(1);
    expect(outcome(replica, toggle)).toMatchObject({ value: [{ value: null }] });
    run(replica, toggle);
    expect(steps(replica, 1)).toEqual(before);
  });

  test("[CMD2] what would change nothing writes nothing", () => {
    const replica = started();
    expect(run(replica, { type: "NOTE_SET", track: 1, step: 1, pitch: 36, velocity: 0 })).toBe(0);
    expect(run(replica, { type: "NOTE_SET", track: 1, step: 1, pitch: 36, velocity: 9 })).toBe(1);
    expect(run(replica, { type: "NOTE_SET", track: 1, step: 1, pitch: 36, velocity: 9 })).toBe(0);
    expect(run(replica, { type: "SWING_SET", swing: 54 })).toBe(0);
    expect(run(replica, { type: "TEMPO_SET", tempo: 124 })).toBe(0);
    expect(run(replica, { type: "PLAYBACK_STOP" })).toBe(0);
  });

  test("[CMD3] PATTERN_UPDATE replaces the whole pattern in one delta", () => {
    const replica = started();
    const notes = [
      { step: 2, pitch: 40, velocity: 50 },
      { step: 2, pitch: 40, velocity: 60 },
      { step: 0, pitch: 41, velocity: 70 },
    ];
    run(replica, { type: "PATTERN_UPDATE", track: 1, length: 12, notes });
    expect(trackOf(replica, 1)?.pattern).toMatchObject({
      length: 12,
      notes: [
        { step: 0, pitch: 41, velocity: 70 },
        { step: 2, pitch: 40, velocity: 60 },
      ],
    });
    expect(errorOf(replica, { type: "PATTERN_UPDATE", track: 1, length: 2, notes })).toBe("INVALID");
  });

  test("a length is set for the pattern that plays", () => {
    const replica = started();
    run(replica, { type: "LENGTH_SET", track: 2, length: 7 });
    expect(trackOf(replica, 2)?.pattern.length).toBe(7);
  });
});

describe("tracks", () => {
  test("[CMD4] a new track gets an id of its actor's, the last place and a shape nobody has", () => {
    const replica = started();
    run(replica, { type: "TRACK_ADD", instrument: "kick" });
    run(replica, { type: "TRACK_ADD", instrument: "snare", name: "Mine" });
    const { tracks } = replica.document.jam();
    expect(tracks.slice(8)).toMatchObject([
      { id: 5 * 256 + 1, instrument: "kick", volume: 0.8, pan: 0, shape: 8, pattern: { length: 16 } },
      { id: 5 * 256 + 2, name: "Mine", shape: 9 },
    ]);
    run(replica, { type: "TRACK_REMOVE", track: 5 * 256 + 2 });
    run(replica, { type: "TRACK_ADD", instrument: "snare" });
    expect(replica.document.jam().tracks.at(-1)?.id).toBe(5 * 256 + 3);
  });

  test("a jam is full at fourteen tracks", () => {
    const replica = started();
    for (let i = 0; i < 6; i++) run(replica, { type: "TRACK_ADD", instrument: "kick" });
    expect(errorOf(replica, { type: "TRACK_ADD", instrument: "kick" })).toBe("TRACKS_FULL");
  });

  test("[CMD5] a track is put before any other, or last", () => {
    const replica = started();
    const ids = () => replica.document.jam().tracks.map(({ id }) => id);
    run(replica, { type: "TRACK_SET", track: 8, before: 1 });
    expect(ids()).toEqual([8, 1, 2, 3, 4, 5, 6, 7]);
    run(replica, { type: "TRACK_SET", track: 8, before: 4 });
    expect(ids()).toEqual([1, 2, 3, 8, 4, 5, 6, 7]);
    run(replica, { type: "TRACK_SET", track: 1, before: null });
    expect(ids()).toEqual([2, 3, 8, 4, 5, 6, 7, 1]);
  });

  test("[CMD6] all fields of a TRACK_SET land in one delta", () => {
    const replica = started();
    expect(
      run(replica, { type: "TRACK_SET", track: 1, name: "Boom", volume: 1.2, pan: -1, muted: true }),
    ).toBe(4);
    expect(trackOf(replica, 1)).toMatchObject({ name: "Boom", volume: 1.2, pan: -1, muted: true });
  });

  test("a parameter is one of the instrument's, within its range", () => {
    const replica = started();
    const track = trackOf(replica, 1);
    const [param = "", value = 0] = Object.entries(track?.params ?? {})[0] ?? [];
    expect(errorOf(replica, { type: "PARAM_SET", track: 1, param, value })).toBeNull();
    expect(errorOf(replica, { type: "PARAM_SET", track: 1, param, value: 1e9 })).toBe("INVALID");
    expect(errorOf(replica, { type: "PARAM_SET", track: 1, param: "cowbell", value: 1 })).toBe(
      "PARAM_UNKNOWN",
    );
  });

  test("[EFX5] an effect is one register, set within its range; what would change nothing writes nothing", () => {
    const replica = started();
    expect(trackOf(replica, 1)?.effects).toEqual(NO_EFFECTS);
    expect(run(replica, { type: "EFFECT_SET", track: 1, effect: "echo", value: 0 })).toBe(0);
    expect(run(replica, { type: "EFFECT_SET", track: 1, effect: "filter", value: -0.123_456 })).toBe(1);
    expect(run(replica, { type: "EFFECT_SET", track: 1, effect: "filter", value: -0.1235 })).toBe(0);
    expect(trackOf(replica, 1)?.effects).toEqual({ ...NO_EFFECTS, filter: -0.1235 });
    expect(trackOf(replica, 2)?.effects).toEqual(NO_EFFECTS);
    expect(run(replica, { type: "ROOM_EFFECT_SET", effect: "echoSteps", value: 5.5 })).toBe(1);
    expect(replica.document.jam().effects).toEqual({ ...DEFAULT_ROOM_EFFECTS, echoSteps: 6 });
    for (const value of [-1.1, 2])
      expect(errorOf(replica, { type: "EFFECT_SET", track: 1, effect: "filter", value })).toBe("INVALID");
    expect(errorOf(replica, { type: "ROOM_EFFECT_SET", effect: "echoFeedback", value: 1 })).toBe("INVALID");
    expect(errorOf(replica, { type: "EFFECT_SET", track: 99, effect: "echo", value: 1 })).toBe(
      "TRACK_UNKNOWN",
    );
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, "1"])
      expect(v.safeParse(Command, { type: "EFFECT_SET", track: 1, effect: "echo", value }).success).toBe(
        false,
      );
    expect(v.safeParse(Command, { type: "EFFECT_SET", track: 1, effect: "fuzz", value: 0 }).success).toBe(
      false,
    );
  });

  test("[EFX6] a register that was emptied reads as the default, and an effect that is none of ours is skipped", () => {
    const replica = started();
    run(replica, { type: "EFFECT_SET", track: 1, effect: "reverb", value: 1 });
    const key = { kind: "effect", track: 1, effect: "reverb" } as const;
    replica.commit([{ key, value: null }], 10_001);
    expect(trackOf(replica, 1)?.effects).toEqual(NO_EFFECTS);
    const later = encodeDelta(replica.commit([{ key, value: 0.5 }], 10_002), {
      explicitActor: true,
      nowMs: 0,
    });
    const at = later.length - 3;
    expect(later[at]).toBe(3);
    const reading = replica.context(null, 10_002);
    for (const [byte, number] of [
      [200, 0],
      [3, 1],
    ] as const) {
      later[at] = byte;
      const read = decodeDelta(later, reading);
      expect(read.ok && read.value.writes).toHaveLength(number);
    }
  });

  test("what does not exist is named by a code", () => {
    const replica = started();
    expect(errorOf(replica, { type: "TRACK_REMOVE", track: 99 })).toBe("TRACK_UNKNOWN");
    expect(errorOf(replica, { type: "TRACK_SET", track: 1, before: 99 })).toBe("TRACK_UNKNOWN");
    expect(errorOf(replica, { type: "TRACK_SET", track: 1, instrument: "?" })).toBe("INSTRUMENT_UNKNOWN");
    expect(errorOf(replica, { type: "TRACK_ADD", instrument: "?" })).toBe("INSTRUMENT_UNKNOWN");
    expect(errorOf(replica, { type: "ROOM_SET", scale: "toString" })).toBe("SCALE_UNKNOWN");
    expect(errorOf(replica, { type: "TRACK_SET", track: 1 })).toBe("INVALID");
    expect(errorOf(replica, { type: "ROOM_SET" })).toBe("INVALID");
  });
});

describe("patterns and scenes", () => {
  const selected = (replica: Replica) =>
    replica.document.jam().tracks.map(({ patternIndex }) => patternIndex);

  test("[CMD9] selecting a pattern is one register, and what is edited then is that pattern", () => {
    const replica = started();
    expect(run(replica, { type: "PATTERN_SELECT", track: 1, pattern: 0 })).toBe(0);
    expect(run(replica, { type: "PATTERN_SELECT", track: 1, pattern: 15 })).toBe(1);
    expect(trackOf(replica, 1)).toMatchObject({ patternIndex: 15, pattern: { length: 16, notes: [] } });
    run(replica, { type: "NOTE_TOGGLE", track: 1, step: 3, pitch: 36 });
    expect(trackOf(replica, 1)?.filled).toEqual([0, 15]);
    run(replica, { type: "PATTERN_SELECT", track: 1, pattern: 0 });
    expect(steps(replica, 1)).not.toContain(3);
    expect(errorOf(replica, { type: "PATTERN_SELECT", track: 99, pattern: 1 })).toBe("TRACK_UNKNOWN");
  });

  test("[CMD10] a copy replaces the whole pattern in one delta, with its length and what lies beyond it", () => {
    const replica = started();
    run(replica, { type: "NOTE_SET", track: 2, step: 11, pitch: 40, velocity: 33, ratchet: 3 });
    run(replica, { type: "LENGTH_SET", track: 2, length: 10 });
    run(replica, { type: "PATTERN_SELECT", track: 2, pattern: 1 });
    run(replica, { type: "NOTE_SET", track: 2, step: 0, pitch: 99, velocity: 1 });
    run(replica, { type: "PATTERN_COPY", track: 2, from: 0, to: 1 });
    const copy = trackOf(replica, 2)?.pattern;
    run(replica, { type: "PATTERN_SELECT", track: 2, pattern: 0 });
    expect(copy).toEqual(trackOf(replica, 2)?.pattern);
    expect(copy?.length).toBe(10);
    run(replica, { type: "PATTERN_SELECT", track: 2, pattern: 1 });
    run(replica, { type: "LENGTH_SET", track: 2, length: 16 });
    expect(trackOf(replica, 2)?.pattern.notes).toContainEqual(
      expect.objectContaining({ step: 11, pitch: 40, velocity: 33, ratchet: 3 }),
    );
    expect(run(replica, { type: "PATTERN_COPY", track: 2, from: 4, to: 4 })).toBe(0);
    run(replica, { type: "PATTERN_COPY", track: 2, from: 4, to: 1 });
    expect(trackOf(replica, 2)?.filled).toEqual([0]);
  });

  test("[CMD10] more notes than a frame holds are not copied, and nothing is lost", () => {
    const replica = started();
    const cells = Array.from({ length: 64 * 65 }, (_, index) => ({ step: index % 64, pitch: index >> 6 }));
    const value = { velocity: 1, gate: 1, probability: 1, ratchet: 1 };
    replica.commit(
      cells.map((cell) => ({ key: { kind: "note", track: 3, pattern: 5, ...cell }, value })),
      10_000,
    );
    expect(errorOf(replica, { type: "PATTERN_COPY", track: 3, from: 5, to: 0 })).toBe("INVALID");
    expect(trackOf(replica, 3)?.filled).toEqual([0, 5]);
  });

  test("[SCN1] a scene remembers the selected patterns and brings them back in one delta", () => {
    const replica = started();
    run(replica, { type: "PATTERN_SELECT", track: 1, pattern: 2 });
    run(replica, { type: "PATTERN_SELECT", track: 8, pattern: 5 });
    expect(run(replica, { type: "SCENE_STORE", scene: 3, name: " Break " })).toBe(2);
    const stored = selected(replica);
    expect(run(replica, { type: "SCENE_RECALL", scene: 3 })).toBe(0);
    for (const track of [1, 2, 8]) run(replica, { type: "PATTERN_SELECT", track, pattern: 9 });
    expect(run(replica, { type: "SCENE_RECALL", scene: 3 })).toBe(3);
    expect(selected(replica)).toEqual(stored);
    expect(replica.document.jam().scenes).toMatchObject([{ index: 3, name: "Break" }]);
  });

  test("[SCN1] storing again keeps the name, a name alone changes nothing else, clearing empties both", () => {
    const replica = started();
    const scenes = () => replica.document.jam().scenes;
    expect(errorOf(replica, { type: "SCENE_RECALL", scene: 0 })).toBe("SCENE_UNKNOWN");
    expect(errorOf(replica, { type: "SCENE_NAME", scene: 0, name: "A" })).toBe("SCENE_UNKNOWN");
    expect(run(replica, { type: "SCENE_CLEAR", scene: 0 })).toBe(0);
    run(replica, { type: "SCENE_STORE", scene: 0, name: "Verse" });
    const [first] = scenes();
    run(replica, { type: "PATTERN_SELECT", track: 1, pattern: 1 });
    run(replica, { type: "SCENE_STORE", scene: 0 });
    expect(scenes()).toMatchObject([{ name: "Verse" }]);
    expect(scenes()[0]?.patterns).not.toEqual(first?.patterns);
    run(replica, { type: "SCENE_NAME", scene: 0, name: "Chorus" });
    expect(scenes()).toMatchObject([{ name: "Chorus" }]);
    expect(run(replica, { type: "SCENE_CLEAR", scene: 0 })).toBe(2);
    expect(scenes()).toEqual([]);
    run(replica, { type: "SCENE_STORE", scene: 0 });
    expect(scenes()).toMatchObject([{ name: "" }]);
  });

  test("[SCN2] a track that came after the scene stays as it is, and one that is gone is left out", () => {
    const replica = started();
    run(replica, { type: "SCENE_STORE", scene: 0 });
    run(replica, { type: "TRACK_ADD", instrument: "kick" });
    run(replica, { type: "TRACK_REMOVE", track: 1 });
    const added = 5 * 256 + 1;
    for (const track of [2, added]) run(replica, { type: "PATTERN_SELECT", track, pattern: 4 });
    expect(run(replica, { type: "SCENE_RECALL", scene: 0 })).toBe(1);
    expect(trackOf(replica, added)?.patternIndex).toBe(4);
    expect(trackOf(replica, 2)?.patternIndex).toBe(0);
  });

  test("[SCN3] calling a scene ends a running chain, so that it is heard", () => {
    const replica = started();
    run(replica, { type: "SCENE_STORE", scene: 0 });
    const entries = [{ scene: 0, bars: 4 }];
    expect(run(replica, { type: "CHAIN_SET", entries, on: true })).toBe(1);
    expect(trackOf(replica, 1)?.turns).toHaveLength(1);
    expect(run(replica, { type: "SCENE_RECALL", scene: 0 })).toBe(1);
    expect(replica.document.jam().chain).toEqual({ on: false, entries });
    expect(trackOf(replica, 1)?.turns).toEqual([]);
  });

  test("[CMD11] the chain's entries and its switch are set apart or together, in one register", () => {
    const replica = started();
    const chain = () => replica.document.jam().chain;
    expect(errorOf(replica, { type: "CHAIN_SET" })).toBe("INVALID");
    run(replica, { type: "CHAIN_SET", on: true });
    expect(chain()).toEqual({ on: true, entries: [] });
    run(replica, { type: "CHAIN_SET", entries: [{ scene: 15, bars: 64 }] });
    expect(chain()).toEqual({ on: true, entries: [{ scene: 15, bars: 64 }] });
    expect(run(replica, { type: "CHAIN_SET", on: true })).toBe(0);
    run(replica, { type: "CHAIN_SET", on: false });
    expect(chain().entries).toHaveLength(1);
  });
});

describe("transport", () => {
  test("[CMD7] a second start while playing writes nothing", () => {
    const replica = started();
    expect(run(replica, { type: "PLAYBACK_START" })).toBe(1);
    expect(isPlaying(replica.document.jam().timeline, now)).toBe(true);
    expect(run(replica, { type: "PLAYBACK_START" })).toBe(0);
    run(replica, { type: "TEMPO_SET", tempo: 90 });
    run(replica, { type: "PLAYBACK_STOP" });
    expect(isPlaying(replica.document.jam().timeline, now)).toBe(false);
  });
});

test("[CMD8] what is applied at home is what the others decode", () => {
  const commands = fc.oneof(
    fc.record({
      type: fc.constant("NOTE_SET" as const),
      track: fc.integer({ min: 1, max: 8 }),
      step: fc.nat(63),
      pitch: fc.nat(127),
      velocity: fc.nat(127),
      gate: fc.double({ min: 0.125, max: 31.875, noNaN: true }),
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
      ratchet: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({
      type: fc.constant("TRACK_SET" as const),
      track: fc.integer({ min: 1, max: 8 }),
      volume: fc.double({ min: 0, max: 1.5, noNaN: true }),
      name: fc.constantFrom("Boom", "B\u00f8\u00f8m \ud83e\udd41", "a\u0000b", "\ud83e"),
    }),
    fc.record({
      type: fc.constantFrom("SCENE_STORE" as const, "SCENE_NAME" as const),
      scene: fc.nat(15),
      name: fc.constantFrom("Verse", "B\u00f8\u00f8m \ud83e\udd41", "a\u0000b"),
    }),
    fc.record({
      type: fc.constantFrom("SCENE_RECALL" as const, "SCENE_CLEAR" as const),
      scene: fc.nat(15),
    }),
    fc.record({
      type: fc.constant("PATTERN_SELECT" as const),
      track: fc.integer({ min: 1, max: 8 }),
      pattern: fc.nat(15),
    }),
    fc.record({
      type: fc.constant("PATTERN_COPY" as const),
      track: fc.integer({ min: 1, max: 8 }),
      from: fc.nat(15),
      to: fc.nat(15),
    }),
    fc.record({
      type: fc.constant("CHAIN_SET" as const),
      entries: fc.array(fc.record({ scene: fc.nat(15), bars: fc.integer({ min: 1, max: 64 }) }), {
        maxLength: 32,
      }),
      on: fc.boolean(),
    }),
    fc.record({
      type: fc.constant("SWING_SET" as const),
      swing: fc.double({ min: 50, max: 75, noNaN: true }),
    }),
    fc.record({
      type: fc.constant("TEMPO_SET" as const),
      tempo: fc.double({ min: 20, max: 400, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 20 }), (inputs) => {
      const home = started();
      const away = started();
      for (const input of inputs) {
        const result = outcome(home, input);
        if (!result.ok || result.value.length === 0) continue;
        const bytes = encodeDelta(home.commit(result.value, 10_000), { explicitActor: false, nowMs: 10_000 });
        const decoded = decodeDelta(bytes, away.context(5, 10_050));
        if (!decoded.ok) throw new Error(decoded.error);
        away.receive(decoded.value);
      }
      expect(away.document.jam()).toEqual(home.document.jam());
      expect(away.document.digest()).toBe(home.document.digest());
    }),
    { numRuns: 50 },
  );
});
