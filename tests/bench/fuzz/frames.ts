/** Frames to feed: valid ones of every kind, about what a jam can hold, and damaged copies of them. */
import { asReplacement, encodeAck, encodeDelta, encodeVector } from "#shared/document/codec.ts";
import type { Delta, Stamp, Write } from "#shared/document/delta.ts";
import { split } from "#shared/document/parts.ts";
import { encodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { normaliseWrites } from "#shared/document/values.ts";
import { VersionVector } from "#shared/document/version-vector.ts";
import type { Random } from "#shared/lib/random.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { encodeLive } from "#shared/live/movement.ts";
import { encodeNotes } from "#shared/live/played-notes.ts";
import { encodePing, encodePong, PROBE } from "#shared/protocol/frames.ts";
import { roomTime } from "#shared/time/instants.ts";

const upTo = (random: Random, count: number): number => Math.floor(random() * count);
const pick = <T>(random: Random, from: readonly T[]): T => from[upTo(random, from.length)] as T;

/** Beside those of the first jam: what it lacks. */
const MORE: readonly Write[] = normaliseWrites([
  { key: { kind: "floor", track: 1, pattern: 0 }, value: null },
  { key: { kind: "floor", track: 300, pattern: 15 }, value: null },
  { key: { kind: "length", track: 1, pattern: 0 }, value: null },
  { key: { kind: "note", track: 1, pattern: 0, step: 4, pitch: 36 }, value: null },
  { key: { kind: "note", track: 0xffff_ffff, pattern: 15, step: 63, pitch: 127 }, value: null },
  { key: { kind: "param", track: 2, param: 255 }, value: 1e-7 },
  { key: { kind: "param", track: 2, param: 1 }, value: null },
  { key: { kind: "track", track: 257, field: "name" }, value: "Bass 🎸 é" },
  { key: { kind: "track", track: 257, field: "order" }, value: "zzz1" },
  { key: { kind: "track", track: 257, field: "alive" }, value: true },
  {
    key: { kind: "room", field: "transport" },
    value: {
      base: { fromTime: roomTime(12.5), fromBeat: 3, tempo: 100.001, running: true },
      next: { fromTime: roomTime(13.1), fromBeat: 4, tempo: 90, running: false },
    },
  },
]);
const WRITES: readonly Write[] = [...firstWrites(), ...MORE];

const someWrites = (random: Random): Write[] =>
  Array.from({ length: 1 + upTo(random, random() < 0.1 ? 60 : 3) }, () => pick(random, WRITES));

/** Of this author's, next in order or somewhat ahead or behind. */
export function someDelta(random: Random, actor: number, highest: number, nowMs: number): Delta {
  const seq = Math.max(1, highest + 1 + (random() < 0.2 ? upTo(random, 9) - 4 : 0));
  const counter = random() < 0.1 ? pick(random, [1, 300, 0xffff_ffff]) : 0;
  const time = nowMs - upTo(random, 3_000) + (random() < 0.05 ? 59_000 : 0);
  return { actor, seq, stamp: { time, counter, actor }, writes: someWrites(random) };
}

export function deltaFrame(random: Random, delta: Delta, nowMs: number): Uint8Array {
  const explicitActor = random() < 0.3;
  const acknowledged = { acknowledged: delta.seq - 1 - upTo(random, 3) };
  return encodeDelta(delta, {
    explicitActor,
    nowMs: random() < 0.3 ? 0 : nowMs,
    ...(random() < 0.5 ? acknowledged : {}),
  });
}

function someVector(random: Random): VersionVector {
  const vector = new VersionVector();
  for (let left = upTo(random, 6); left > 0; left--) {
    const actor = upTo(random, random() < 0.5 ? 5 : 0xff_ffff);
    for (let each = 1 + upTo(random, 8); each > 0; each--) vector.add(actor, 1 + upTo(random, 40));
  }
  return vector;
}

function someSnapshot(random: Random, nowMs: number): Uint8Array {
  const stamps = Array.from({ length: 3 }, (): Stamp => {
    const actor = upTo(random, 4);
    return { time: nowMs - upTo(random, 100_000), counter: upTo(random, 3), actor };
  });
  // A document holds each register once.
  const byKey = new Map(someWrites(random).map((write) => [JSON.stringify(write.key), write]));
  const registers = [...byKey.values()].map((write) => ({ ...write, stamp: pick(random, stamps) }));
  return encodeSnapshot({ registers, vector: someVector(random), roomMs: nowMs });
}

/** Deltas of this many numbers share their parts, so that now and then one becomes whole. */
const SHARED = 32;

/** Of a delta that fits no datagram. */
function somePart(random: Random, highest: number, nowMs: number): Uint8Array {
  const seq = (Math.floor(highest / SHARED) + 1) * SHARED;
  const writes = Array.from({ length: 3 }, () => WRITES).flat();
  const delta = { actor: 1, seq, stamp: { time: nowMs - (nowMs % 1_000), counter: 0, actor: 1 }, writes };
  return pick(random, split(seq, encodeDelta(delta, { explicitActor: false, nowMs: 0 })));
}

/** A valid frame of any kind but a delta; `highest` is the feeding author's number. */
export function otherFrame(random: Random, nowMs: number, highest: number): Uint8Array {
  switch (upTo(random, 10)) {
    case 9: {
      const held = { track: upTo(random, 300), pitch: upTo(random, 128), velocity: 1 + upTo(random, 127) };
      const ended = { ...held, onMs: nowMs - 300, lengthMs: upTo(random, 300) };
      const notes = [{ ...held, onMs: nowMs - upTo(random, 900), lengthMs: null }, ended];
      return encodeNotes({ actor: random() < 0.5 ? null : 1, stampMs: nowMs, notes });
    }
    case 8:
      return encodeLive({
        actor: random() < 0.5 ? null : 1 + upTo(random, 300),
        begunMs: nowMs,
        sinceMs: upTo(random, 30_000),
        seq: upTo(random, 256),
        end: random() < 0.1,
        movements: [{ target: { track: upTo(random, 300), kind: "param", index: 1 }, travel: random() }],
      });
    case 0:
      return encodePing({ id: upTo(random, 0x1_0000) });
    case 1: {
      const received = nowMs / 1_000;
      const pong = {
        id: 1,
        clockEpoch: 7,
        received,
        sent: received,
        tip: upTo(random, 2 ** 32),
        serverDelay: 0,
      };
      return encodePong(pong);
    }
    case 2:
      return PROBE.slice();
    case 3:
      return encodeVector(someVector(random));
    case 4:
      return encodeAck(someVector(random), upTo(random, 0x1_0000));
    case 5:
      return somePart(random, highest, nowMs);
    case 6:
      return asReplacement(someSnapshot(random, nowMs));
    default:
      return someSnapshot(random, nowMs);
  }
}

const TELLING = [0, 1, 0x7f, 0x80, 0xff, 0x10, 0x1f, 0x20, 0x22, 0x23, 0x40, 0x41, 0x50];

function damageOnce(random: Random, bytes: Uint8Array): Uint8Array {
  const at = upTo(random, bytes.length + 1);
  const cut = at + upTo(random, 8);
  switch (upTo(random, 6)) {
    case 0:
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << upTo(random, 8)) : byte));
    case 1:
      return bytes.map((byte, index) => (index === at ? pick(random, TELLING) : byte));
    case 2:
      return Uint8Array.of(...bytes.slice(0, at), upTo(random, 256), ...bytes.slice(at));
    case 3:
      return Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(cut));
    case 4:
      return Uint8Array.of(...bytes.slice(0, cut), ...bytes.slice(at));
    default:
      return bytes.slice(0, at);
  }
}

/** One to four changes of a bit, a byte or a piece. */
export function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let left = 1 + upTo(random, 4); left > 0; left--) result = damageOnce(random, result);
  return result;
}
