import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { decodeLive, withActor } from "./movement.ts";
import { areNotes, decodeNotes, encodeNotes, type NotesFrame } from "./played-notes.ts";

const STAMP = 2 ** 40;
const note = fc
  .record({
    track: fc.integer({ min: 0, max: 0xffff_ffff }),
    pitch: fc.integer({ min: 0, max: 127 }),
    velocity: fc.integer({ min: 1, max: 127 }),
    age: fc.integer({ min: 0, max: 0xffff }),
    share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ age, share, ...rest }) => ({
    ...rest,
    onMs: STAMP - age,
    lengthMs: share === null ? null : Math.floor(share * age),
  }));
const frame: fc.Arbitrary<NotesFrame> = fc.record({
  actor: fc.option(fc.integer({ min: 1, max: LIMITS.actors })),
  stampMs: fc.constant(STAMP),
  notes: fc.array(note, { minLength: 1, maxLength: LIMITS.liveNotes }),
});

describe("a frame of notes", () => {
  test("[PLY1] decoding gives what was encoded, while both clocks are within half a minute", () => {
    fc.assert(
      fc.property(frame, fc.integer({ min: -32_000, max: 32_000 }), (each, off) => {
        const bytes = encodeNotes(each);
        expect(frameKind(bytes)).toBe("live");
        expect(areNotes(bytes)).toBe(true);
        expect(decodeNotes(bytes, each.stampMs + off)).toEqual(each);
        expect(decodeLive(bytes, each.stampMs)).toBeNull();
      }),
    );
  });

  test("[PLY1] the server's copy is the same frame with its author's name", () => {
    fc.assert(
      fc.property(frame, fc.integer({ min: 1, max: LIMITS.actors }), (each, actor) => {
        const nameless = { ...each, actor: null };
        expect(decodeNotes(withActor(encodeNotes(nameless), actor), STAMP)).toEqual({ ...each, actor });
      }),
    );
  });

  test("[PLY1] the bytes of protocol 1.1 are these: eight for a held note, ten for an ended one", () => {
    const golden: NotesFrame = {
      actor: null,
      stampMs: 0x1_2345,
      notes: [
        { track: 3, pitch: 60, velocity: 100, onMs: 0x1_2340, lengthMs: null },
        { track: 3, pitch: 64, velocity: 1, onMs: 0x1_2245, lengthMs: 0x80 },
      ],
    };
    const bytes = Uint8Array.of(0x58, 0x45, 0x23, 3, 60, 100, 5, 0, 3, 0x80 | 64, 1, 0, 1, 0x80, 0);
    expect(encodeNotes(golden)).toEqual(bytes);
    expect(decodeNotes(bytes, 0x1_2000)).toEqual(golden);
    expect(encodeNotes({ ...golden, notes: golden.notes.slice(0, 1) })).toHaveLength(8);
    expect(encodeNotes({ ...golden, notes: golden.notes.slice(1) })).toHaveLength(10);
  });

  test("[PLY2] any bytes are a frame or nothing, and nothing that is larger than its limit", () => {
    const bytes = fc
      .uint8Array({ maxLength: 120 })
      .map((each) => Uint8Array.of(0x58 | ((each[0] ?? 0) & 7), ...each));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 2 ** 45 }), (each, now) => {
        const decoded = decodeNotes(each, now);
        if (!decoded) return;
        expect(decoded.stampMs).toBeGreaterThanOrEqual(0);
        expect(decoded.notes.length).toBeLessThanOrEqual(LIMITS.liveNotes);
        for (const { pitch, velocity, onMs, lengthMs } of decoded.notes) {
          expect(pitch >= 0 && pitch <= 127 && velocity >= 1 && velocity <= 127).toBe(true);
          expect(onMs + (lengthMs ?? 0)).toBeLessThanOrEqual(decoded.stampMs);
        }
      }),
    );
    const held = { track: 1, pitch: 60, velocity: 100, onMs: 90, lengthMs: null };
    const one = encodeNotes({ actor: null, stampMs: 100, notes: [held] });
    expect(decodeNotes(one, 0)).not.toBeNull();
    expect(decodeNotes(one.subarray(0, -1), 0)).toBeNull();
    expect(decodeNotes(one.subarray(0, 3), 0)).toBeNull();
    expect(decodeNotes(Uint8Array.of(0x5a, ...one.subarray(1)), 0)).toBeNull();
    const many = Array.from({ length: LIMITS.liveNotes + 1 }, (_, pitch) => ({ ...held, pitch }));
    expect(decodeNotes(encodeNotes({ actor: null, stampMs: 100, notes: many }), 0)).toBeNull();
  });
});
