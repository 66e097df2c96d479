/**
 * What a musician expects of a shared tempo and of Play, as laws of whole rooms. Source: Ableton Link's
 * public test plan (TEMPO-1 to 5, BEATTIME-1 and 2, and Start/Stop), stated here for any number of people,
 * any order of deliveries within the lead, and clocks that are some milliseconds wrong.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import { beatAt, isPlaying, phase, tempoAt } from "#shared/music/timeline.ts";
import type { Command } from "#shared/protocol/commands.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { entrance } from "../../web/audio/entrance.ts";
import { RELEASE_LEAD, releaseLead } from "../../web/audio/release-plan.ts";
import { BEGIN, type Heard, type Musician, sameHeard, TransportRoom } from "./transport.ts";

const START: Command = { type: "PLAYBACK_START" };
const STOP: Command = { type: "PLAYBACK_STOP" };
const tempoOf = (tempo: number): Command => ({ type: "TEMPO_SET", tempo });

/** What the lead allows for: within it, clocks and round trips are no reason to hear a jump. */
const CLOCK_ERROR = 0.003;
const SLOWEST_RTT = 0.125;
const QUANTA = [1, 2, 3, 4, 5, 8, 16, 64] as const;

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(START, STOP) },
  { weight: 3, arbitrary: real(20, 400).map(tempoOf) },
);

interface Act {
  readonly who: number;
  /** Seconds after the act before. */
  readonly after: number;
  readonly command: Command;
}

/** Half of them follow one another within a round trip or two: that is where changes meet. */
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    who: fc.nat({ max: 2 }),
    after: fc.oneof(real(0, 0.1), real(0, 0.5), real(0, 2)),
    command: anyCommand,
  }),
  { minLength: 1, maxLength: 12 },
);

/** Half of the rooms have a performer whose speakers are slow, as far as the longest lead allows for it. */
const room = fc
  .record({
    seed: fc.nat(),
    musicians: fc.integer({ min: 2, max: 3 }),
    rtt: real(0, SLOWEST_RTT),
    clockError: fc.constant(CLOCK_ERROR),
    slowness: fc.oneof(fc.constant(0), real(0, 1)),
  })
  .map(({ slowness, ...options }) => ({
    ...options,
    renderAhead: 0.04 + slowness * (SLOWEST_RTT - options.rtt),
  }));

/** Plays the acts, and on until everything has arrived and taken effect. */
function play(jam: TransportRoom, list: readonly Act[]): void {
  let at = jam.world.now;
  for (const { who, after, command } of list) {
    at += after;
    const musician = jam.musicians[who % jam.musicians.length] as Musician;
    jam.world.after(at - jam.world.now, () => jam.command(musician, command));
  }
  jam.world.runUntil(at + 1);
}

const nowOf = (jam: TransportRoom): RoomTime => roomTime(BEGIN + jam.world.now);

/** What everybody hears at that instant, if they all hear the same. */
function heardByAll(jam: TransportRoom, time: RoomTime): Heard {
  const [first, ...others] = jam.musicians.map((musician) => musician.heard(time));
  if (!first) throw new Error("nobody is there");
  for (const other of others)
    expect(sameHeard(other, first), `at ${time}: ${JSON.stringify([first, other])}`).toBe(true);
  return first;
}

describe("[TL8] joining changes neither tempo nor phase", () => {
  test("[TL8] not for those who are there, and who joins has theirs", () => {
    fc.assert(
      fc.property(room, acts, real(0, 5), (options, list, wait) => {
        const jam = new TransportRoom(options);
        play(jam, list);
        const before = jam.musicians.map(({ timeline, written }) => ({ timeline, written }));
        const joined = jam.join(jam.musicians[0] as Musician);
        jam.world.runUntil(jam.world.now + wait);
        for (const [i, { timeline, written }] of before.entries()) {
          expect(jam.musicians[i]?.timeline).toBe(timeline);
          expect(jam.musicians[i]?.written).toBe(written);
        }
        expect(joined.written).toBe(0);
        expect(joined.timeline).toEqual(before[0]?.timeline);
        heardByAll(jam, nowOf(jam));
      }),
    );
  });

  test("[TL8] into a room that never played one comes at its tempo, and nothing begins", () => {
    const jam = new TransportRoom({ seed: 1, musicians: 1, rtt: 0, renderAhead: 0, clockError: 0 });
    jam.command(jam.musicians[0] as Musician, tempoOf(130));
    const joined = jam.join(jam.musicians[0] as Musician);
    expect(tempoAt(joined.timeline, joined.now)).toBe(130);
    expect(isPlaying(joined.timeline, joined.now)).toBe(false);
  });
});

describe("[TL9] concurrent changes end in one timeline, and nobody hears a jump", () => {
  test("[TL9] whoever presses what when, all hear the same at every instant", () => {
    fc.assert(
      fc.property(room, acts, (options, list) => {
        const jam = new TransportRoom(options);
        play(jam, list);
        const [first] = jam.musicians;
        for (const { timeline, replica } of jam.musicians) {
          expect(timeline).toEqual(first?.timeline);
          expect(replica.document.digest()).toBe(first?.replica.document.digest());
        }
        for (const musician of jam.musicians) {
          expect(musician.jumps()).toEqual([]);
          expect(musician.countedJumps(releaseLead(options.renderAhead))).toBe(0);
        }
        for (let time = BEGIN; time < nowOf(jam); time += 0.009) heardByAll(jam, roomTime(time));
      }),
      { numRuns: 300 },
    );
  });
});

/** What these phases differ by, the short way round. */
const apart = (a: number, b: number, quantum: number): number =>
  Math.min(phase(a - b, quantum), phase(b - a, quantum));

describe("[TL10] everybody has the same phase in every quantum", () => {
  test("[TL10] after starts, tempo changes and a join, at any instant", () => {
    fc.assert(
      fc.property(room, acts, real(0, 60), (options, list, later) => {
        const jam = new TransportRoom(options);
        play(jam, [{ who: 0, after: 0, command: START }, ...list]);
        jam.join(jam.musicians[1] as Musician);
        const time = roomTime(nowOf(jam) + later);
        const [first = 0, ...others] = jam.musicians.map(({ timeline }) => beatAt(timeline, time));
        for (const beat of others)
          for (const quantum of QUANTA) {
            expect(apart(beat, first, quantum)).toBeLessThan(1e-6);
            expect(apart(phase(beat, quantum), phase(first, quantum), quantum)).toBeLessThan(1e-6);
          }
      }),
    );
  });
});

describe("[TL11] start, stop and tempo reach everybody", () => {
  test("[TL11] once each has heard of the one before, the last of each counts, within the lead too", () => {
    fc.assert(
      fc.property(room, acts, (options, list) => {
        const jam = new TransportRoom(options);
        const apartBy = options.rtt + 2 * CLOCK_ERROR;
        play(
          jam,
          list.map((act) => ({ ...act, after: act.after + apartBy })),
        );
        const presses = list.map(({ command }) => command.type).filter((type) => type !== "TEMPO_SET");
        const tempi = list.flatMap(({ command }) => (command.type === "TEMPO_SET" ? [command.tempo] : []));
        for (const { timeline } of jam.musicians) {
          expect(isPlaying(timeline, nowOf(jam))).toBe(presses.at(-1) === "PLAYBACK_START");
          expect(tempoAt(timeline, nowOf(jam))).toBe(tempi.at(-1) ?? 120);
        }
      }),
    );
  });
});

describe("[TL12] who comes late lands in the right bar", () => {
  test("[TL12] from the register alone, at any moment of any change, on a beat and in everybody's bar", () => {
    fc.assert(
      fc.property(room, acts, real(0, 0.6), (options, list, wait) => {
        const jam = new TransportRoom(options);
        const starting = { who: 0, after: 0, command: START };
        const comes = list.reduce((sum, { after }) => sum + after, wait);
        let joined: Musician | null = null;
        // What was under way when it came reaches it as everybody.
        jam.world.after(comes, () => (joined = jam.join(jam.musicians[0] as Musician)));
        jam.world.after(comes + options.rtt, () => joined?.load((jam.musicians[0] as Musician).snapshot()));
        play(jam, [starting, ...list]);
        // First the blank page, then the snapshot. A change made after that is everybody's matter: TL9.
        const [, first, ...more] = (joined as unknown as Musician).learned;
        if (!first || more.length > 0) return;
        const { at, timeline } = first;
        const comesIn = entrance(timeline, at, 0.25);
        const heard = (jam.musicians[0] as Musician).heard(comesIn);
        // Where nothing will run there is nothing to wait for.
        if (comesIn === at || !heard.running) return;
        expect(Math.abs(heard.beat * 4 - Math.round(heard.beat * 4))).toBeLessThan(1e-4);
        const own = beatAt(timeline, comesIn);
        // Both stand on the grid to 1e-4 of a step: a bar line is not to be missed by less.
        const barOf = (beat: number) => Math.floor(beat / BEATS_PER_BAR + 1e-4);
        expect(barOf(own)).toBe(barOf(heard.beat));
        expect(own).toBeCloseTo(heard.beat, 5);
      }),
      { numRuns: 300 },
    );
  });
});

describe("[TL13] a start lies in nobody's past", () => {
  test("[TL13] with the slowest round trip in the lead, everybody has a release lead left to plan its first note", () => {
    fc.assert(
      fc.property(room, acts, (options, list) => {
        const jam = new TransportRoom(options);
        play(jam, list);
        for (const { learned } of jam.musicians)
          for (const [i, { at, timeline }] of learned.entries()) {
            const before = learned[i - 1]?.timeline.next;
            const start = timeline.next;
            const isNew = start?.running && start.fromBeat === 0 && start.fromTime !== before?.fromTime;
            if (isNew && !timeline.base.running)
              expect(start.fromTime - at).toBeGreaterThan(releaseLead(options.renderAhead));
          }
      }),
    );
  });
});

describe("[TL15] who learns of a change too late jumps alone", () => {
  test("[TL15] it counts one, is with the others from then on, and has delayed nobody", () => {
    fc.assert(
      fc.property(fc.nat(), real(0, SLOWEST_RTT), real(0.5, 5), real(60, 200), (seed, rtt, delay, tempo) => {
        const jam = new TransportRoom({ seed, musicians: 3, rtt, renderAhead: 0, clockError: CLOCK_ERROR });
        const [author, other, late] = jam.musicians as [Musician, Musician, Musician];
        const commands = [START, tempoOf(tempo), STOP];
        let slow = 0;
        for (const [i, command] of commands.entries())
          jam.world.after(i * 8, () =>
            jam.command(author, command, (to) => (to === late ? delay : jam.world.between(0, rtt))),
          );
        for (const [i] of commands.entries()) {
          jam.world.runUntil(i * 8 + 7.9);
          slow += Math.abs(tempo - 120) < 1e-3 && i === 1 ? 0 : 1;
          expect(late.countedJumps(RELEASE_LEAD)).toBe(slow);
          heardByAll(jam, nowOf(jam));
        }
        for (const musician of [author, other]) {
          expect(musician.jumps()).toEqual([]);
          expect(musician.countedJumps(RELEASE_LEAD)).toBe(0);
          expect(musician.learned[1]?.timeline.next?.fromTime).toBeCloseTo(
            BEGIN + jam.lead + author.clockError,
            9,
          );
        }
        expect(late.jumps().length).toBe(slow);
      }),
    );
  });
});
