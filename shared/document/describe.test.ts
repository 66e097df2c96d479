import fc from "fast-check";
import { describe as suite, expect, test } from "vitest";
import { ROOM_EFFECTS, TRACK_EFFECTS, type TrackEffect } from "../music/effects.ts";
import { PARAMS } from "../music/params.ts";
import { roomTime } from "../time/instants.ts";
import {
  type Deed,
  type RegisterValue,
  ROOM_FIELDS,
  type RegisterKey,
  TRACK_FIELDS,
  type Write,
} from "./delta.ts";
import { describe, namesIn, type Naming } from "./describe.ts";
import { Replica } from "./replica.ts";
import { normaliseValue } from "./values.ts";

const naming: Naming = {
  name: (track) => ["", "Kick", "Bass"][track] ?? "a part",
  instrument: (track) => ["", "kick", "tb303"][track] ?? "",
};
const note = (step: number, velocity = 100, track = 2): Write => ({
  key: { kind: "note", track, pattern: 0, step, pitch: 60 },
  value: velocity === 0 ? null : { velocity, gate: 1, probability: 1, ratchet: 1 },
});
const floor: Write = { key: { kind: "floor", track: 2, pattern: 0 }, value: null };
const field = (name: (typeof TRACK_FIELDS)[number], value: RegisterValue): Write => ({
  key: { kind: "track", track: 2, field: name },
  value,
});
const effect = (name: TrackEffect, value: number): Write => ({
  key: { kind: "effect", track: 2, effect: name },
  value,
});
const room = (name: (typeof ROOM_FIELDS)[number], value: RegisterValue): Write => ({
  key: { kind: "room", field: name },
  value,
});
const segment = (tempo: number, running: boolean) => ({ fromTime: roomTime(1), fromBeat: 0, tempo, running });

suite("what an edit did", () => {
  test.each<[string, Write[]]>([
    ["set C4 at step 5 in Bass", [note(4)]],
    ["set C4 at step 5 in Bass, velocity 55", [note(4, 55)]],
    ["cleared C4 at step 5 in Bass", [note(4, 0)]],
    // Of a drum the pitch says nothing.
    ["set step 5 in Kick", [note(4, 100, 1)]],
    ["set 2 notes in Bass", [note(4), note(5)]],
    ["changed 2 notes in Bass", [note(4), note(5, 0)]],
    ["set C4 at step 5 in Bass, velocity 20", [note(4, 0), note(4, 20)]],
    ["replaced the pattern of Bass", [floor, note(1), note(2)]],
    ["cleared the pattern of Bass", [floor]],
    ["made Bass 32 steps long", [{ key: { kind: "length", track: 2, pattern: 0 }, value: 32 }]],
    ["set Cutoff of Bass to 440 Hz", [{ key: { kind: "param", track: 2, param: 1 }, value: 69 }]],
    ["set the filter of Bass to low-pass 240 Hz", [effect("filter", -0.801)]],
    ["turned the echo of Bass off", [effect("echo", 0)]],
    ["set the echo time to dotted 1/8", [{ key: { kind: "roomEffect", effect: "echoSteps" }, value: 3 }]],
    ["set the volume of Bass to 80 %", [field("volume", 0.8)]],
    ["set the pan of Bass to 20 left", [field("pan", -0.2)]],
    ["muted Bass", [field("muted", true)]],
    ["unmuted Bass", [field("muted", false)]],
    ["moved Bass", [field("order", "V")]],
    ["named a part “Low”", [field("name", "Low")]],
    ["put Resonance on the y axis of the pad of Bass", [field("padY", "res")]],
    ["reset the x axis of the pad of Bass", [field("padX", "")]],
    // Of another instrument, or of a later version.
    ["reset the x axis of the pad of Bass", [field("padX", "warp")]],
    ["removed Bass", [field("alive", false)]],
    ["brought back Bass", [field("alive", true)]],
    ["added Low", [field("alive", true), field("name", "Low"), field("instrument", "tb303")]],
    ["set the tempo to 124", [room("transport", { base: segment(120, true), next: segment(124, true) })]],
    ["set the tempo to 90", [room("transport", { base: segment(90, false), next: null })]],
    ["started the jam", [room("transport", { base: segment(120, false), next: segment(120, true) })]],
    ["stopped the jam", [room("transport", { base: segment(120, true), next: segment(120, false) })]],
    ["set the swing to 54 %", [room("swing", 54)]],
    ["set the scale to D minor", [room("root", 2), room("scale", "minor")]],
    ["named the room “Blue Hour”", [room("name", "Blue Hour")]],
    ["muted Bass and set the swing to 54 %", [room("swing", 54), field("muted", true)]],
    [
      "muted Bass, moved Bass and 1 more change",
      [field("muted", true), field("order", "V"), room("swing", 54)],
    ],
    ["made a change", []],
  ])("[HST10] %s", (words, writes) => {
    expect(describe(writes, naming)).toBe(words);
  });

  test("[HST10] a part that is gone keeps its name", () => {
    const replica = new Replica({ actor: 1, seed: 1 });
    replica.commit([field("alive", true), field("name", "Low"), field("instrument", "tb303")], 1);
    replica.commit([field("alive", false)], 2);
    expect(describe([field("alive", false)], namesIn(replica.document))).toBe("removed Low");
    expect(namesIn(replica.document).name(77)).toBe("a part");
  });

  test("[HST10] any writes have words", () => {
    const track = fc.nat(3);
    const key: fc.Arbitrary<RegisterKey> = fc.oneof(
      fc.record({
        kind: fc.constant("note" as const),
        track,
        pattern: fc.nat(15),
        step: fc.nat(63),
        pitch: fc.nat(127),
      }),
      fc.record({ kind: fc.constant("floor" as const), track, pattern: fc.nat(15) }),
      fc.record({ kind: fc.constant("length" as const), track, pattern: fc.nat(15) }),
      fc.record({ kind: fc.constant("track" as const), track, field: fc.constantFrom(...TRACK_FIELDS) }),
      fc.record({ kind: fc.constant("param" as const), track, param: fc.nat(PARAMS.length + 5) }),
      fc.record({ kind: fc.constant("effect" as const), track, effect: fc.constantFrom(...TRACK_EFFECTS) }),
      fc.record({ kind: fc.constant("roomEffect" as const), effect: fc.constantFrom(...ROOM_EFFECTS) }),
      fc.record({ kind: fc.constant("room" as const), field: fc.constantFrom(...ROOM_FIELDS) }),
    );
    const value = fc.oneof(fc.anything(), fc.double(), fc.string(), fc.boolean(), fc.constant(note(0).value));
    const write = fc.tuple(key, value).map(([of, raw]) => ({ key: of, value: normaliseValue(of, raw) }));
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const words = describe(writes, naming);
        expect(words).toMatch(/^[a-z]/);
        expect(words).not.toMatch(/undefined|null|NaN|\[object/);
      }),
    );
  });
});

test("[LEAD20] what a leader conducted is said in words that follow a name", () => {
  const people = { ...naming, person: (actor: number) => (actor === 4 ? "Ben" : "somebody") };
  const said = (deed: Deed, ...numbers: number[]) =>
    describe([{ key: { kind: "conducted", deed }, value: [7, ...numbers] }], people);
  expect(said("polarity", 1)).toBe("turned the melodies upside down");
  expect(said("polarity", 0)).toBe("turned the melodies back");
  expect(said("silence", 1)).toBe("silenced all parts");
  expect(said("silence", 0)).toBe("let all parts sound again");
  expect(said("launch", 3)).toBe("called scene 3");
  expect(said("launch", 0)).toBe("took back the call of a scene");
  expect(said("tempo", 12_850, 8)).toBe("took the tempo to 128.5 in 8 bars");
  expect(said("tempo", 9_000, 1)).toBe("took the tempo to 90 in 1 bar");
  expect(said("lock", 1)).toBe("locked all editing");
  expect(said("lock", 0, 2)).toBe("unlocked Bass");
  expect(said("follow", 0, 4, 0, 2)).toBe("brought everybody to Bass");
  expect(said("follow", 0, 4, 0)).toBe("brought everybody along");
  expect(said("follow")).toBe("let everybody look where they like");
  expect(said("lead", 7)).toBe("took the lead");
  expect(said("lead", 4)).toBe("handed the lead over to Ben");
});
