import { expect, test } from "vitest";
import { LIMITS } from "../protocol/limits.ts";
import type { Write } from "./delta.ts";
import { Replica } from "./replica.ts";
import { VersionVector } from "./version-vector.ts";

const swing = (value: number): Write[] => [{ key: { kind: "room", field: "swing" }, value }];

test("[DOC14] what is committed is numbered without gaps, stamped upwards and regular", () => {
  const replica = new Replica({ actor: 3, seed: 1 });
  const first = replica.commit(swing(99), 500);
  const second = replica.commit(swing(60), 400);
  expect(first).toMatchObject({ seq: 1, stamp: { time: 500, actor: 3 }, writes: [{ value: 75 }] });
  expect(second).toMatchObject({ seq: 2, stamp: { time: 500, counter: 1 } });
  expect(replica.document.jam().swing).toBe(60);
});

test("[DLV7] a delta counts once, and one beyond the window not at all", () => {
  const author = new Replica({ actor: 1, seed: 1 });
  const other = new Replica({ actor: 2, seed: 1 });
  const deltas = Array.from({ length: 70 }, (_, index) => author.commit(swing(50 + index / 10), index + 1));
  const [first, last] = [deltas[0], deltas[69]];
  if (!first || !last) throw new Error("no deltas");
  expect(other.receive(first).fresh).toBe(true);
  expect(other.receive(first).fresh).toBe(false);
  expect(other.receive(last)).toEqual({ fresh: false, changed: [] });
  expect(other.document.jam().swing).toBe(50);
});

test("loading a snapshot keeps what is newer here, and goes on above its stamps", () => {
  const mine = new Replica({ actor: 1, seed: 1 });
  const theirs = new Replica({ actor: 2, seed: 1 });
  mine.commit(swing(60), 900);
  theirs.commit(swing(70), 800);
  theirs.commit([{ key: { kind: "room", field: "root" }, value: 4 }], 5_000);
  const changed = mine.load({ registers: theirs.document.registers(), vector: theirs.vector, roomMs: 0 });
  expect(changed).toEqual([{ kind: "room", field: "root" }]);
  expect(mine.document.jam()).toMatchObject({ swing: 60, root: 4 });
  expect(mine.vector.highest(2)).toBe(2);
  expect(mine.commit(swing(51), 0).stamp).toEqual({ time: 5_000, counter: 1, actor: 1 });
});

test("[DLV8] own deltas stay at hand: all that are not acknowledged, and the newest 2,000", () => {
  const replica = new Replica({ actor: 1, seed: 1 });
  for (let i = 0; i < 3 * LIMITS.ownDeltas; i++) replica.commit(swing(50 + (i % 20)), i);
  replica.trim(100);
  expect(replica.ownSince(0)[0]?.seq).toBe(101);
  replica.trim(3 * LIMITS.ownDeltas);
  expect(replica.ownSince(0)).toHaveLength(LIMITS.ownDeltas);
  const vector = VersionVector.of([{ actor: 1, contiguous: 3 * LIMITS.ownDeltas - 2, low: 0, high: 0 }]);
  expect(replica.unacknowledged(vector)).toBe(2);
});
