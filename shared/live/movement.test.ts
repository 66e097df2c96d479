import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { decodeLive, encodeLive, type LiveFrame, TRAVEL_STEPS, withActor } from "./movement.ts";
import { TARGET_KINDS, targetKey } from "./target.ts";

const movement = fc.record({
  target: fc.record({
    track: fc.integer({ min: 0, max: 0xffff_ffff }),
    kind: fc.constantFrom(...TARGET_KINDS),
    index: fc.integer({ min: 0, max: 255 }),
  }),
  travel: fc.integer({ min: 0, max: TRAVEL_STEPS }).map((step) => step / TRAVEL_STEPS),
});
const frame: fc.Arbitrary<LiveFrame> = fc.record({
  actor: fc.option(fc.integer({ min: 1, max: LIMITS.actors })),
  begunMs: fc.integer({ min: 0, max: 2 ** 40 }),
  sinceMs: fc.integer({ min: 0, max: 0xffff }),
  seq: fc.integer({ min: 0, max: 255 }),
  end: fc.boolean(),
  movements: fc.uniqueArray(movement, {
    minLength: 1,
    maxLength: LIMITS.liveParameters,
    selector: ({ target }) => targetKey(target),
  }),
});

describe("a frame of a hand", () => {
  test("[LIV1] decoding gives what was encoded, while both clocks are within half a minute", () => {
    fc.assert(
      fc.property(frame, fc.integer({ min: -32_000, max: 32_000 }), (each, off) => {
        const bytes = encodeLive(each);
        expect(frameKind(bytes)).toBe("live");
        expect(decodeLive(bytes, Math.max(0, each.begunMs + off))).toEqual(each);
      }),
    );
  });

  test("[LIV1] the bytes of protocol 1.1 are these", () => {
    const golden: LiveFrame = {
      actor: null,
      begunMs: 0x1_2345,
      sinceMs: 0x0203,
      seq: 7,
      end: true,
      movements: [
        { target: { track: 3, kind: "param", index: 1 }, travel: 1 },
        { target: { track: 257, kind: "level", index: 1 }, travel: 0 },
      ],
    };
    const bytes = Uint8Array.of(0x52, 0x45, 0x23, 3, 2, 7, 3, 4, 0xff, 0xff, 0x81, 2, 5, 0, 0);
    expect(encodeLive(golden)).toEqual(bytes);
    expect(decodeLive(bytes, 0x1_2300)).toEqual(golden);
    expect(withActor(bytes, 200)).toEqual(Uint8Array.of(0x53, 0xc8, 1, ...bytes.slice(1)));
  });

  test("[LIV1] the server's copy is the same frame with its author's name", () => {
    fc.assert(
      fc.property(frame, fc.integer({ min: 1, max: LIMITS.actors }), (each, actor) => {
        const nameless = { ...each, actor: null };
        expect(decodeLive(withActor(encodeLive(nameless), actor), each.begunMs)).toEqual({ ...each, actor });
      }),
    );
  });

  test("[LIV2] any bytes are a frame or nothing, and nothing that is larger than its limit", () => {
    const bytes = fc
      .uint8Array({ maxLength: 80 })
      .map((each) => Uint8Array.of(0x50 | ((each[0] ?? 0) & 3), ...each));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 2 ** 45 }), (each, now) => {
        const decoded = decodeLive(each, now);
        if (!decoded) return;
        expect(decoded.begunMs).toBeGreaterThanOrEqual(0);
        expect(decoded.movements.length).toBeLessThanOrEqual(LIMITS.liveParameters);
        for (const { travel } of decoded.movements) expect(travel >= 0 && travel <= 1).toBe(true);
      }),
    );
    const one = encodeLive({
      actor: null,
      begunMs: 5,
      sinceMs: 0,
      seq: 0,
      end: false,
      movements: [{ target: { track: 1, kind: "param", index: 1 }, travel: 0 }],
    });
    expect(decodeLive(one, 0)).not.toBeNull();
    expect(decodeLive(one.subarray(0, -1), 0)).toBeNull();
    expect(decodeLive(Uint8Array.of(...one, ...one.subarray(6)), 0)).toBeNull();
    expect(decodeLive(Uint8Array.of(0x54, ...one.subarray(1)), 0)).toBeNull();
  });

  test("[LIV3] one parameter takes ten bytes", () => {
    const small = { track: 8, kind: "param", index: 31 } as const;
    const each = { actor: null, begunMs: 1e9, sinceMs: 9_000, seq: 9, end: false };
    expect(encodeLive({ ...each, movements: [{ target: small, travel: 0.3 }] })).toHaveLength(10);
  });
});
