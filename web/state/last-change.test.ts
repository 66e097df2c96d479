import { describe, expect, test } from "vitest";
import type { RegisterKey, RegisterValue } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { startPlayback, stoppedTimeline } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import { lastChange } from "./last-change.ts";
import type { Spot } from "./view.ts";

const CELL: Spot = { kind: "cell", track: 1, step: 2, pitch: 60 };
const NOTE: RegisterKey = { kind: "note", track: 1, pattern: 0, step: 2, pitch: 60 };
const ADA = { name: "Ada", color: 3 };

/** A document that actor 2, Ada, wrote these into at 10 s of room time, seen by actor 1 at 70 s. */
function seen(spot: Spot, writes: readonly [RegisterKey, RegisterValue][], actor = 2) {
  const replica = new Replica({ actor, seed: 1 });
  for (const [key, value] of writes) replica.commit([{ key, value }], 10_000);
  const author = (of: number) => (of === 2 || of === 1 ? ADA : null);
  const isMe = (of: number) => of === 1;
  return lastChange(spot, { document: replica.document, author, isMe, now: 70 });
}

const note = { velocity: 100, gate: 1, probability: 1, ratchet: 1 };

describe("who last changed what stands there", () => {
  test("[HST11] a cell names its writer and how long ago that was, an emptied one too", () => {
    expect(seen(CELL, [[NOTE, note]])).toEqual({ by: "Ada", color: 3, deed: "set", ago: 60 });
    expect(
      seen(CELL, [
        [NOTE, note],
        [NOTE, null],
      ]),
    ).toMatchObject({ by: "Ada", deed: "cleared" });
    const floor: RegisterKey = { kind: "floor", track: 1, pattern: 0 };
    expect(
      seen(CELL, [
        [NOTE, note],
        [floor, null],
      ]),
    ).toMatchObject({ by: "Ada", deed: "cleared" });
  });

  test("[HST11] one's own are one's own, and nobody's are nobody's", () => {
    expect(seen(CELL, [[NOTE, note]], 1)?.by).toBeNull();
    expect(seen(CELL, [[NOTE, note]], 0)).toBeNull();
    expect(seen(CELL, [[NOTE, note]], 9)).toBeNull();
    expect(seen(CELL, [])).toBeNull();
  });

  test("[HST11] knobs, levels, swing and transport name theirs", () => {
    expect(
      seen({ kind: "param", track: 1, param: "cutoff" }, [[{ kind: "param", track: 1, param: 1 }, 90]]),
    ).toMatchObject({ by: "Ada" });
    expect(
      seen({ kind: "param", track: 1, param: "echo" }, [[{ kind: "effect", track: 1, effect: "echo" }, 0.5]]),
    ).not.toBeNull();
    expect(
      seen({ kind: "roomEffect", effect: "reverbSize" }, [[{ kind: "roomEffect", effect: "reverbSize" }, 3]]),
    ).not.toBeNull();
    expect(seen({ kind: "param", track: 1, param: "nothing" }, [])).toBeNull();
    expect(
      seen({ kind: "field", track: 1, field: "pan" }, [[{ kind: "track", track: 1, field: "pan" }, 0.5]]),
    ).toMatchObject({ by: "Ada" });
    expect(seen({ kind: "room", field: "swing" }, [[{ kind: "room", field: "swing" }, 55]])).toMatchObject({
      deed: "set",
    });
    const started = startPlayback(stoppedTimeline(120), roomTime(10), 0.2);
    expect(
      seen({ kind: "room", field: "transport" }, [[{ kind: "room", field: "transport" }, started]]),
    ).toMatchObject({ deed: "started" });
  });
});
