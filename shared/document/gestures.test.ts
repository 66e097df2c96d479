import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startPlayback, stoppedTimeline } from "../music/timeline.ts";
import { roomTime } from "../time/instants.ts";
import type { Deed, Write } from "./delta.ts";
import { bars, gestures, type Row } from "./gestures.ts";

const mute = (track: number): Write => ({ key: { kind: "track", track, field: "muted" }, value: true });
const swing: Write = { key: { kind: "room", field: "swing" }, value: 55 };
const row = (n: number, actor: number, time: number, writes: Write[], more: Partial<Row> = {}): Row => ({
  n,
  stamp: { time, counter: 0, actor },
  received: time + 20,
  via: null,
  writes,
  ...more,
});
const told = (rows: readonly Row[]) => gestures(rows).map(({ n, writes }) => [n, writes.length]);

describe("gestures", () => {
  test("[HST12] what one hand does in one part without a pause is one, whoever plays in between", () => {
    const rows = [
      row(1, 1, 1_000, [mute(1)]),
      row(2, 2, 1_100, [mute(2)]),
      row(3, 1, 2_900, [mute(1)]),
      row(4, 2, 3_101, [mute(2)]),
      row(5, 1, 3_000, [mute(3)]),
      row(6, 1, 3_100, [swing]),
      row(7, 1, 3_200, [swing]),
    ];
    expect(told(rows)).toEqual([
      [7, 2],
      [5, 1],
      [4, 1],
      [3, 2],
      [2, 1],
    ]);
  });

  test("[HST12] an edit of several parts stands alone, and so do those that came another way", () => {
    const rows = [
      row(1, 1, 1_000, [mute(1), mute(2)]),
      row(2, 1, 1_100, [mute(1), mute(2)]),
      row(3, 1, 1_200, [mute(1)], { via: 2 }),
      row(4, 1, 1_300, [mute(1)]),
      row(5, 1, 1_400, [mute(1)], { received: 60_000 }),
      row(6, 1, 1_500, []),
    ];
    expect(gestures(rows).map(({ n, isLate, via }) => [n, isLate, via])).toEqual([
      [6, false, null],
      [5, true, null],
      [4, false, null],
      [3, false, 2],
      [2, false, null],
      [1, false, null],
    ]);
  });

  test("[HST12] every row is in one gesture, in whatever order the rows come", () => {
    const any = fc.record({
      actor: fc.integer({ min: 1, max: 3 }),
      gap: fc.integer({ min: 0, max: 3_000 }),
      track: fc.nat(2),
      late: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), fc.integer(), (edits, seed) => {
        let time = 0;
        const rows = edits.map(({ actor, gap, track, late }, at) => {
          time += gap;
          return row(at + 1, actor, time, [mute(track)], late ? { received: time + 9_000 } : {});
        });
        const shuffled = rows.toSorted((a, b) => ((a.n * 7919) ^ seed) - ((b.n * 7919) ^ seed));
        const all = gestures(shuffled);
        expect(all).toEqual(gestures(rows));
        expect(all.reduce((sum, { writes }) => sum + writes.length, 0)).toBe(rows.length);
        for (const [at, each] of all.entries()) if (at > 0) expect(each.n).toBeLessThan(all[at - 1]?.n ?? 0);
      }),
    );
  });
});

describe("bars of the past", () => {
  const transport = (n: number, time: number, value: unknown): Row =>
    row(n, 1, time, [{ key: { kind: "room", field: "transport" }, value: value as never }]);
  const stopped = stoppedTimeline(120);
  const first = startPlayback(stopped, roomTime(10), 0.2);
  const second = startPlayback(stopped, roomTime(100), 0.2);

  test("[HST13] an edit's bar is by the transport of then, not of now", () => {
    const rows = [transport(3, 90_000, stopped), transport(1, 10_000, first)];
    const bar = bars(rows, second && { time: 100_000, timeline: second });
    // Four beats at 120 take two seconds.
    expect(bar(10_200)).toBe(1);
    expect(bar(12_300)).toBe(2);
    expect(bar(95_000)).toBeNull();
    expect(bar(100_100)).toBeNull();
    expect(bar(104_300)).toBe(3);
  });

  test("[HST13] before the oldest transport that is known nothing is claimed", () => {
    expect(bars([], second && { time: 100_000, timeline: second })(50_000)).toBeNull();
    expect(bars([], null)(50_000)).toBeNull();
  });
});

describe("what a leader conducted", () => {
  const deed = (of: Deed, ...value: number[]): Write => ({ key: { kind: "conducted", deed: of }, value });
  const inverted: Write = { key: { kind: "control", control: "polarity" }, value: { now: 1, next: null } };

  test("[LEAD20] is the leader's own, and not the room's", () => {
    const rows = [
      row(1, 0, 1_000, [inverted, deed("polarity", 7, 1)]),
      row(2, 0, 1_500, [inverted, deed("polarity", 8, 0)]),
      row(3, 7, 1_600, [swing]),
    ];
    expect(gestures(rows).map(({ n, actor, writes }) => [n, actor, writes])).toEqual([
      [3, 7, [deed("polarity", 7, 1), swing]],
      [2, 8, [deed("polarity", 8, 0)]],
    ]);
  });

  test("[LEAD20] taking everybody along is one way, until they are let go", () => {
    const rows = [
      row(1, 0, 1_000, [deed("follow", 7, 0, 4, 0, 1)]),
      row(2, 0, 60_000, [deed("follow", 7, 0, 4, 0, 2)]),
      row(3, 0, 90_000, [deed("follow", 7)]),
    ];
    expect(told(rows)).toEqual([
      [3, 1],
      [2, 2],
    ]);
  });
});
