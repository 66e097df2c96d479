import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { Fingers } from "./fingers.ts";
import { HeardNotes, SILENT_AFTER, type Voiced } from "./heard-notes.ts";
import { boundsOf } from "./playout-delay.ts";
import { decodeNotes, encodeNotes, type NotesFrame } from "./played-notes.ts";

const REACH = 0.05;
const C = { track: 1, pitch: 60 };

interface Network {
  readonly loss: number;
  readonly twice: number;
  /** Seconds; of the delay the least and what jitter adds at most. */
  readonly base: number;
  readonly jitter: number;
}

interface Deed {
  readonly at: number;
  readonly pitch: number;
  readonly lasts: number;
}

/** `Voiced` with the instant at which it was given. */
type Given = Voiced & { readonly given: number };

/** Plays the deeds over a network, both ends asked every ms. `closesAt`: the player's page is gone then. */
function perform(
  deeds: readonly Deed[],
  network: Network,
  seed: number,
  closesAt = Number.POSITIVE_INFINITY,
) {
  const random = seededRandom(seed);
  const fingers = new Fingers();
  const heard = new HeardNotes();
  const acts = deeds.flatMap(({ at, pitch, lasts }) => [
    { at, pitch, isOn: true },
    { at: at + lasts, pitch, isOn: false },
  ]);
  acts.sort((a, b) => a.at - b.at);
  const flying: { arrives: number; bytes: Uint8Array }[] = [];
  const given: Given[] = [];
  const played: { pitch: number; onMs: number; lengthMs: number | null }[] = [];
  const last = (acts.at(-1)?.at ?? 0) + 3;
  for (let ms = 0; ms <= last * 1_000; ms++) {
    const now = roomTime(ms / 1_000);
    for (const { at, pitch, isOn } of acts) {
      if (Math.ceil(at * 1_000) !== ms || now >= closesAt) continue;
      if (isOn && fingers.press({ track: 1, pitch }, 100, now))
        played.push({ pitch, onMs: fingers.held.at(-1)?.onMs ?? 0, lengthMs: null });
      else if (!isOn) {
        const note = fingers.release({ track: 1, pitch }, now);
        const mine = played.findLast((each) => each.pitch === pitch && each.onMs === note?.onMs);
        if (mine && note) mine.lengthMs = note.lengthMs;
      }
    }
    const frame = now < closesAt ? fingers.take(now) : null;
    if (frame)
      for (let copy = random() < network.twice ? 2 : 1; copy > 0; copy--)
        if (random() >= network.loss)
          flying.push({ arrives: now + network.base + random() * network.jitter, bytes: encodeNotes(frame) });
    for (const each of flying.filter(({ arrives }) => arrives <= now)) {
      flying.splice(flying.indexOf(each), 1);
      const got = decodeNotes(each.bytes, ms) as NotesFrame;
      for (const voiced of heard.hear(7, got, now, REACH)) given.push({ ...voiced, given: now });
    }
    for (const voiced of heard.turn(now, REACH)) given.push({ ...voiced, given: now });
  }
  return { given, played, heard };
}

const ons = (given: readonly Given[]) =>
  given.filter((each) => each.kind === "on").toSorted((a, b) => a.time - b.time || a.pitch - b.pitch);
const offOf = (given: readonly Given[], id: number) =>
  given.filter((each) => each.kind === "off" && each.id === id);

const deeds = fc
  .array(
    fc.record({
      gap: fc.double({ min: 0, max: 0.4, noNaN: true }),
      pitch: fc.integer({ min: 60, max: 66 }),
      lasts: fc.double({ min: 0.005, max: 1.2, noNaN: true }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((each) => {
    let at = 1;
    return each.map(({ gap, pitch, lasts }) => ({ at: (at += gap), pitch, lasts }));
  });
const weather = fc.record({
  loss: fc.double({ min: 0, max: 0.5, noNaN: true }),
  twice: fc.double({ min: 0, max: 0.3, noNaN: true }),
  base: fc.double({ min: 0, max: 0.1, noNaN: true }),
  jitter: fc.double({ min: 0, max: 0.2, noNaN: true }),
});
const CALM: Network = { loss: 0, twice: 0, base: 0.02, jitter: 0.01 };

describe("what others play", () => {
  test("[PLY4] whatever the network does: no note hangs, none sounds twice, none out of order or in the past", () => {
    fc.assert(
      fc.property(deeds, weather, fc.integer({ min: 0, max: 2 ** 31 }), (acts, network, seed) => {
        const { given, played, heard } = perform(acts, network, seed);
        const begun = ons(given);
        expect(begun.length).toBeLessThanOrEqual(played.length);
        expect(begun.length).toBe(heard.counts.heard);
        for (const { time, given: at } of given) expect(time).toBeGreaterThanOrEqual(at + REACH - 1e-9);
        const delays = new Map<number, number>();
        for (const on of begun) {
          const [off, ...more] = offOf(given, on.id);
          expect(off, "a note that hangs").toBeDefined();
          expect(more).toEqual([]);
          expect(off?.time).toBeGreaterThan(on.time);
          const source = played.filter(({ pitch, onMs }) => {
            const delay = on.time - onMs / 1_000;
            return (
              pitch === on.pitch &&
              delay > 0.1 - 1e-9 &&
              delay < 0.2 + 1e-9 &&
              !delays.has(onMs * 128 + pitch)
            );
          });
          expect(source.length, "a note that nobody played").toBeGreaterThan(0);
          const first = source[0] as (typeof source)[number];
          delays.set(first.onMs * 128 + first.pitch, on.time - first.onMs / 1_000);
        }
        expect(new Set(begun.map(({ pitch, time }) => `${pitch}:${time}`)).size).toBe(begun.length);
      }),
      { numRuns: 25 },
    );
  });

  test("[PLY4] on a good network each note sounds a constant delay later and as long as it was held", () => {
    fc.assert(
      fc.property(deeds, fc.integer({ min: 0, max: 2 ** 31 }), (acts, seed) => {
        const { given, played, heard } = perform(acts, CALM, seed);
        expect(heard.counts).toEqual({ heard: played.length, late: 0, silenced: 0, refused: 0 });
        const begun = ons(given);
        const inOrder = played.toSorted((a, b) => a.onMs - b.onMs || a.pitch - b.pitch);
        for (const [i, note] of inOrder.entries()) {
          const on = begun[i];
          if (!on) throw new Error("missing");
          expect(on.time - note.onMs / 1_000).toBeCloseTo(begun[0]!.time - inOrder[0]!.onMs / 1_000, 9);
          // The key was pressed again meanwhile: the test did not hear of the end.
          if (note.lengthMs === null) continue;
          const lasted = (offOf(given, on.id)[0]?.time ?? 0) - on.time;
          expect(lasted).toBeCloseTo(Math.max(0.01, note.lengthMs / 1_000), 9);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("[PLY4] a lost beginning that a repetition brings within the delay sounds at its own instant", () => {
    const heard = new HeardNotes();
    const note = { ...C, velocity: 100, onMs: 5_000, lengthMs: null };
    const again = { actor: null, stampMs: 5_030, notes: [note] };
    const [on] = heard.hear(7, again, roomTime(5.045), REACH);
    expect(on).toMatchObject({ kind: "on", time: expect.closeTo(5 + (heard.delayOf(7) ?? 0), 9) });
    const late = new HeardNotes();
    const much = { ...again, stampMs: 5_100 };
    expect(late.hear(7, much, roomTime(5.115), REACH)).toEqual([]);
    expect(late.counts).toMatchObject({ heard: 0, late: 1 });
    expect(late.hear(7, much, roomTime(5.12), REACH)).toEqual([]);
    expect(late.counts.late).toBe(1);
  });

  test("[PLY13] a delay that is chosen is that of the notes that begin then, and of none that sounds", () => {
    const heard = new HeardNotes(boundsOf({ kind: "fixed", seconds: 0.1 }));
    const first = { ...C, velocity: 100, onMs: 5_000, lengthMs: null };
    const [on] = heard.hear(7, { actor: null, stampMs: 5_000, notes: [first] }, roomTime(5.01), REACH);
    expect(on?.time).toBeCloseTo(5.1, 9);
    heard.setDelay(boundsOf({ kind: "fixed", seconds: 0.3 }));
    const ended = { ...first, lengthMs: 4_000 };
    const second = { ...first, pitch: 61, onMs: 9_000 };
    const frame = { actor: null, stampMs: 9_000, notes: [ended, second] };
    const given = heard.hear(7, frame, roomTime(9.01), REACH);
    expect(given.find(({ kind }) => kind === "off")?.time).toBeCloseTo(9.1, 9);
    expect(given.find(({ kind }) => kind === "on")?.time).toBeCloseTo(9.3, 9);
  });

  test("[PLY5] a note whose player has gone ends by itself", () => {
    const closesAt = 2.5;
    const { given, heard } = perform([{ at: 1, pitch: 60, lasts: 4 }], CALM, 1, closesAt);
    const [off] = given.filter((each) => each.kind === "off");
    expect(off?.time).toBeGreaterThan(closesAt);
    expect(off?.time).toBeLessThanOrEqual(closesAt + SILENT_AFTER + 0.2);
    expect(heard.counts.silenced).toBe(1);
  });

  test("[PLY5] who leaves lets go of everything at once", () => {
    const heard = new HeardNotes();
    const note = { ...C, velocity: 100, onMs: 5_000, lengthMs: null };
    heard.hear(7, { actor: null, stampMs: 5_000, notes: [note] }, roomTime(5.01), REACH);
    const [off] = heard.leave(7, roomTime(5.3), REACH);
    expect(off).toMatchObject({ kind: "off", time: 5.35 });
    expect(heard.due(REACH)).toBeNull();
  });

  test("[PLY5] a frame that does not name a held note any more ends it", () => {
    const heard = new HeardNotes();
    const note = { ...C, velocity: 100, onMs: 5_000, lengthMs: null };
    heard.hear(7, { actor: null, stampMs: 5_000, notes: [note] }, roomTime(5.01), REACH);
    const next = { ...note, pitch: 61, onMs: 5_200 };
    const given = heard.hear(7, { actor: null, stampMs: 5_200, notes: [next] }, roomTime(5.21), REACH);
    expect(given.map(({ kind }) => kind)).toEqual(["on", "off"]);
  });

  test("[PLY5] however many frames come, what is known is bounded", () => {
    const heard = new HeardNotes();
    for (let i = 0; i < 1_000; i++) {
      const now = 100 + i * 0.001;
      const notes = Array.from({ length: LIMITS.liveNotes }, (_, pitch) => ({
        track: i,
        pitch,
        velocity: 1,
        onMs: Math.round(now * 1_000),
        lengthMs: null,
      }));
      heard.hear(i % 100, { actor: null, stampMs: Math.round(now * 1_000), notes }, roomTime(now), REACH);
      heard.turn(roomTime(now), REACH);
    }
    expect(heard.known).toBeLessThanOrEqual(LIMITS.liveHands * 8 * LIMITS.liveNotes);
    heard.turn(roomTime(200), REACH);
    heard.turn(roomTime(300), REACH);
    expect(heard.known).toBe(0);
  });
});
