import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyDelta, anyKey, anyValue, anyVector } from "../../tests/sim/arbitrary.ts";
import { frameKind } from "../protocol/frames.ts";
import { ByteWriter } from "./bytes.ts";
import { decodeDelta, decodeVector, encodeDelta, encodeVector } from "./codec.ts";
import type { Delta, RegisterValue } from "./delta.ts";
import { JamDocument } from "./document.ts";
import { decodeSnapshot } from "./snapshot-codec.ts";
import { DEFAULT_NOTE, MAX_TRACK, normaliseValue } from "./values.ts";
import { VersionVector } from "./version-vector.ts";
import { LONGEST_WRITE, WriteEncoder } from "./writes.ts";

const NOW = 3_600_000;
const context = (actor: number | null, highest = 0, nowMs = NOW) => ({
  actor,
  nowMs,
  highestSeq: () => highest,
});

function toggle(seq: number, value: RegisterValue, track = 8): Delta {
  return {
    actor: 3,
    seq,
    stamp: { time: NOW - 20, counter: 0, actor: 3 },
    writes: [{ key: { kind: "note", track, pattern: 15, step: 63, pitch: 127 }, value }],
  };
}

/** Of each shape the longest there is, and more. */
const LONG_VALUES: readonly unknown[] = [
  "\u20ac".repeat(200),
  "z".repeat(500),
  Array.from({ length: 100 }, (_, index) => [MAX_TRACK - index, 15]),
  { on: true, entries: Array.from({ length: 200 }, () => ({ scene: 15, bars: 99 })) },
  ...[0, 1].map((fromTime) => {
    const segment = { fromTime, fromBeat: 0.1, tempo: 99.9, running: true, ramp: { to: 120, beats: 64 } };
    return { base: segment, next: { ...segment, fromTime: 2 } };
  }),
  { now: 1, next: { value: 1, fromBeat: 1e12 } },
];

describe("delta", () => {
  test("[FAST2] no write is longer than what few of them are taken for", () => {
    fc.assert(
      fc.property(anyKey, fc.oneof(fc.constantFrom(...LONG_VALUES), anyValue), (key, value) => {
        const out = new ByteWriter();
        new WriteEncoder(out).write({ key, value: normaliseValue(key, value) });
        expect(out.length).toBeLessThanOrEqual(LONGEST_WRITE);
      }),
      { numRuns: 3_000 },
    );
  });

  test("[COD1] decoding gives what was encoded", () => {
    fc.assert(
      fc.property(anyDelta, fc.boolean(), fc.constantFrom(0, NOW), (delta, explicitActor, nowMs) => {
        const bytes = encodeDelta(delta, { explicitActor, nowMs });
        expect(frameKind(bytes)).toBe("delta");
        const decoded = decodeDelta(bytes, context(explicitActor ? null : delta.actor));
        expect(decoded).toEqual({ ok: true, value: delta });
      }),
      { numRuns: 1_000 },
    );
  });

  test("[COD2] a plain toggle takes at most 10 bytes, set or emptied", () => {
    for (const value of [null, DEFAULT_NOTE, { ...DEFAULT_NOTE, velocity: 64 }])
      for (const seq of [1, 127, 128, 9_999]) {
        const nowMs = NOW;
        expect(encodeDelta(toggle(seq, value), { explicitActor: false, nowMs }).length).toBeLessThanOrEqual(
          10,
        );
        const acknowledged = seq - 1;
        const short = encodeDelta(toggle(seq, value, 5 * 256 + 1), {
          explicitActor: false,
          nowMs,
          acknowledged,
        });
        expect(short.length).toBeLessThanOrEqual(10);
      }
    expect(encodeDelta(toggle(1, DEFAULT_NOTE), { explicitActor: false, nowMs: NOW }).length).toBe(8);
  });

  test("[COD3] a short sequence number is read within the window, wherever the receiver stands", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 64 }),
        (acknowledged, ahead) => {
          const delta = toggle(acknowledged + ahead, null);
          const bytes = encodeDelta(delta, { explicitActor: false, nowMs: NOW, acknowledged });
          // The receiver has at least what it acknowledged, and by now perhaps all that is in flight.
          for (const highest of [acknowledged, acknowledged + 64, acknowledged + 128])
            expect(decodeDelta(bytes, context(3, highest))).toMatchObject({ value: { seq: delta.seq } });
        },
      ),
    );
  });

  test("[COD4] a short time is read right while both clocks are within 16 s, and is not used beyond", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20_000, max: 2 ** 40 }),
        fc.integer({ min: -15_000, max: 15_000 }),
        fc.integer({ min: -16_000, max: 16_000 }),
        (time, writer, reader) => {
          const delta = { ...toggle(1, null), stamp: { time, counter: 0, actor: 3 } };
          const bytes = encodeDelta(delta, { explicitActor: false, nowMs: time + writer });
          expect(decodeDelta(bytes, context(3, 0, time + writer + reader))).toEqual({
            ok: true,
            value: delta,
          });
        },
      ),
    );
    const late = encodeDelta(toggle(1, null), { explicitActor: false, nowMs: NOW + 17_000 });
    expect(decodeDelta(late, context(3, 0, NOW * 9))).toEqual({ ok: true, value: toggle(1, null) });
  });

  test("[COD5] a short time is refused where there is no room time to read it against", () => {
    const bytes = encodeDelta(toggle(1, null), { explicitActor: false, nowMs: NOW });
    expect(decodeDelta(bytes, context(3, 0, 0))).toEqual({ ok: false, error: "no room time yet" });
  });

  test("[COD6] a short number that contradicts its stamp was misread, and is refused", () => {
    const old = encodeDelta(toggle(200, null), { explicitActor: false, nowMs: NOW, acknowledged: 199 });
    const newest = { seq: 420, stamp: { time: NOW, counter: 0, actor: 3 } };
    const decoded = decodeDelta(old, { ...context(3, 420), newest: () => newest });
    expect(decoded).toEqual({ ok: false, error: "sequence number misread" });
  });

  test("[COD7] a delta counts only from its author's link or from the server", () => {
    const named = encodeDelta(toggle(1, null), { explicitActor: true, nowMs: NOW });
    const unnamed = encodeDelta(toggle(1, null), { explicitActor: false, nowMs: NOW });
    expect(decodeDelta(named, context(4)).ok).toBe(false);
    expect(decodeDelta(named, context(3)).ok).toBe(true);
    expect(decodeDelta(unnamed, context(null)).ok).toBe(false);
  });

  test("[COD8] writes of a later minor version are skipped", () => {
    const bytes = encodeDelta(toggle(1, null), { explicitActor: false, nowMs: NOW });
    const later = Uint8Array.of(...bytes.slice(0, 4), 0xf0, 3, 9, 9, 9, ...bytes.slice(4), 0xff, 0);
    expect(decodeDelta(later, context(3))).toEqual({ ok: true, value: toggle(1, null) });
    expect(decodeDelta(Uint8Array.of(...bytes, 0xf0, 3, 9), context(3)).ok).toBe(false);
  });

  test("[COD8] a scene or a setting that only a later version has is skipped, and so is what it adds at the end", () => {
    const bytes = encodeDelta(toggle(1, null), { explicitActor: false, nowMs: NOW });
    const writes = (...tail: number[]) => {
      const decoded = decodeDelta(Uint8Array.of(...bytes, ...tail), context(3));
      return decoded.ok ? decoded.value.writes.slice(1) : null;
    };
    expect(writes(0x80, 4, 16, 1, 1, 0)).toEqual([]);
    expect(writes(0x83, 2, 99, 1)).toEqual([]);
    expect(writes(0x83, 3, 0, 1, 7)).toEqual([{ key: { kind: "setting", setting: "lock" }, value: true }]);
    expect(writes(0x82, 5, 1, 1, 2, 4, 7)).toMatchObject([{ value: { entries: [{ scene: 2, bars: 4 }] } }]);
    expect(writes(0x82, 3, 1, 1, 2)).toBeNull();
  });
});

const decodeAll = (bytes: Uint8Array) => {
  for (const decoded of [
    decodeDelta(bytes, context(3, 10)),
    decodeDelta(bytes, context(null, 10)),
    decodeVector(bytes),
    decodeSnapshot(bytes),
  ])
    if (!decoded.ok) expect(decoded.error).toBeTypeOf("string");
};

describe("total over arbitrary bytes", () => {
  const anyBytes = fc.uint8Array({ maxLength: 300 });

  test("[COD9] 2,000 arbitrary frames of each kind give a value or a reason", () => {
    fc.assert(
      fc.property(fc.constantFrom(0x10, 0x11, 0x1f, 0x18, 0x20, 0x40), anyBytes, (kind, bytes) => {
        decodeAll(bytes);
        decodeAll(Uint8Array.of(kind, ...bytes));
        decodeAll(Uint8Array.of(0x40, 2, ...bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  test("[COD9] damaged and cut frames give a value or a reason, and what they give can be merged", () => {
    fc.assert(
      fc.property(anyDelta, fc.nat(), fc.nat(255), fc.nat(), (delta, at, byte, cut) => {
        const bytes = encodeDelta(delta, { explicitActor: true, nowMs: NOW });
        bytes[at % bytes.length] = byte;
        const damaged = bytes.slice(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
        const decoded = decodeDelta(damaged, context(null));
        if (!decoded.ok) return;
        const document = new JamDocument(1);
        document.apply(decoded.value);
        document.jam();
      }),
      { numRuns: 2_000 },
    );
  });
});

test("[COD10] a vector comes back with its hash", () => {
  fc.assert(
    fc.property(anyVector, (vector) => {
      const decoded = decodeVector(encodeVector(vector));
      expect(decoded.ok && decoded.value.hash()).toBe(vector.hash());
    }),
  );
  expect(encodeVector(new VersionVector()).length).toBe(1);
});
