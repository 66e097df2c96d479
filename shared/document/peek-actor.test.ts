import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeDelta, encodeDelta } from "./codec.ts";
import { peekActor } from "./peek-actor.ts";

test("[RLY1] the author read from the head is the one the codec wrote", () => {
  fc.assert(
    fc.property(
      fc.nat(16_777_215),
      fc.integer({ min: 1, max: 1_000 }),
      fc.nat(2 ** 40),
      (actor, seq, time) => {
        const stamp = { time, counter: 0, actor };
        const write = { key: { kind: "floor", track: 1, pattern: 0 }, value: null } as const;
        const delta = { actor, seq, stamp, writes: [write] };
        expect(peekActor(encodeDelta(delta, { explicitActor: true, nowMs: 0 }))).toBe(actor);
        expect(peekActor(encodeDelta(delta, { explicitActor: false, nowMs: 0 }))).toBeNull();
      },
    ),
  );
});

test("[RLY1] any bytes give the codec's author or nobody", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      const actor = peekActor(bytes);
      const decoded = decodeDelta(bytes, { actor: null, nowMs: 1, highestSeq: () => 0 });
      if (decoded.ok) expect(actor).toBe(decoded.value.actor);
    }),
    { numRuns: 2_000 },
  );
});
