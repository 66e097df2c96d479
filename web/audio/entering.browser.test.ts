/** How a player comes in: late, on time, counted in; heard in the room mix and from the speakers. */
import { expect, test } from "vitest";
import { stoppedTimeline } from "#shared/music/timeline.ts";
import { errors, onsets } from "../../tests/e2e/onsets.ts";
import { jam, note, playing, steady, track } from "./fixtures.ts";
import {
  clock,
  energy,
  found,
  heardFrom,
  left,
  speakers,
  started,
  stepTimes,
  wait,
  within,
} from "../../tests/audio/player-stage.ts";

const EVERY_STEP = [...Array(16).keys()];
const dense = jam([
  track(
    1,
    EVERY_STEP.map((step) => note(step)),
  ),
]);

test("[AUD35] who joins a running jam comes in on a beat, and in time from there", async () => {
  const plays = playing(dense, clock.now() - 5, 0.2);
  const player = await started("sab", { first: plays });
  const heard = found(await steady(player.tap(2)));
  const [first] = heard as [number];
  const beats = (first - plays.timeline.next!.fromTime) * 2;
  expect(Math.abs(beats - Math.round(beats))).toBeLessThan(0.005);
  const expected = within(stepTimes(plays, EVERY_STEP, 9), first, first + 1);
  for (const distance of errors(expected, heard)) expect(Math.abs(distance ?? 1)).toBeLessThan(0.002);
});

test("[AUD35] who joins fades in over 50 ms", async () => {
  // The same held note on each beat: whatever differs between the first and a later one is the fade.
  const params = { ...track(1, []).params, attack: 0, decay: 0, sustain: 0.2, release: 0.1 };
  const beats = [0, 4, 8, 12].map((step) => note(step, 84, { gate: 3 }));
  const plays = playing(jam([track(1, beats, { params })]), clock.now() - 5, 0.2);
  const player = await started("sab", { first: plays });
  const recording = await steady(player.tap(2.6));
  const { sampleRate } = recording;
  const heard = within(stepTimes(plays, [0, 4, 8, 12], 9), heardFrom(recording), Number.POSITIVE_INFINITY);
  /** Root mean square of the 4 ms at `ms` after a beat. */
  const level = (beat: number, ms: number): number => {
    const from = Math.round((beat - heardFrom(recording) + ms / 1_000) * sampleRate);
    const samples = left(recording).subarray(from, from + 0.004 * sampleRate);
    return Math.sqrt(energy(samples) / samples.length);
  };
  const sounding = heard.filter((beat) => level(beat, 80) > 0.01);
  const [first, later] = sounding as [number, number];
  const share = (ms: number): number => level(first, ms) / level(later, ms);
  // The map of a device that has just begun still moves by some milliseconds between fade and note.
  for (const ms of [8, 18, 28, 38])
    expect(Math.abs(share(ms) - (ms + 2) / 50), `${ms} ms`).toBeLessThan(0.15);
  for (const ms of [70, 80, 90]) expect(share(ms), `${ms} ms`).toBeCloseTo(1, 1);
});

test("[AUD47] who hears of a start too late comes in on the running beat, with nothing of what is past", async () => {
  const player = await started("sab", { first: dense });
  const recording = steady(player.tap(2.5));
  await wait(0.5);
  // The start was 0.4 s ago when its message came.
  const learned = clock.now();
  const plays = playing(dense, learned - 0.7, 0.3);
  player.setJam(plays);
  const heard = found(await recording);
  expect(heard[0]).toBeGreaterThan(learned);
  expect(heard[0]).toBeLessThan(learned + 0.5);
  const expected = within(stepTimes(plays, EVERY_STEP, 3), heard[0]! - 0.01, heard.at(-1)! + 0.01);
  expect(heard).toHaveLength(expected.length);
  // The map of a device that has just begun still moves by a block.
  for (const distance of errors(expected, heard)) expect(Math.abs(distance ?? 1)).toBeLessThan(0.004);
  expect(player.inspect().late).toBe(0);
});

test("[AUD46] the metronome is heard on every beat, from my speakers", async () => {
  const silent = jam([]);
  const player = await started("sab", { first: silent });
  player.setMetronome(true);
  await wait(0.3);
  const plays = playing(silent, clock.now(), 0.4);
  const [mine, room] = [speakers(3.2), steady(player.tap(3.2))];
  player.setJam(plays);
  const { channel, heardFrom: from } = await mine;
  const heard = onsets(channel, 48_000).map((time) => from + time);
  const expected = within(stepTimes(plays, [0, 4, 8, 12], 2), from, from + 3.1);
  expect(heard).toHaveLength(expected.length);
  for (const distance of errors(expected, heard)) expect(Math.abs(distance ?? 1)).toBeLessThan(0.001);
  expect(energy(left(await room))).toBe(0);
});

test("[AUD46] the count-in is heard before a start that is a bar ahead, else it counts the first bar", async () => {
  const silent = jam([]);
  const player = await started("sab", { first: silent });
  player.setCountIn(true);
  await wait(0.3);
  const counted = async (lead: number): Promise<number[]> => {
    const plays = playing({ ...silent, timeline: stoppedTimeline(240) }, clock.now(), lead);
    const taken = speakers(3.2);
    player.setJam(plays);
    const { channel, heardFrom: from } = await taken;
    player.setJam(silent);
    await wait(0.3);
    const start = plays.timeline.next!.fromTime;
    // In tenths of a beat; adding nothing makes 0 of -0.
    return onsets(channel, 48_000).map((time) => Math.round(((from + time - start) * 240) / 6) / 10 + 0);
  };
  expect(await counted(1.6)).toEqual([-4, -3, -2, -1]);
  expect(await counted(0.3)).toEqual([0, 1, 2, 3]);
});

test("[AUD46] an audition is heard at once, while nothing plays", async () => {
  const player = await started("sab", { first: dense });
  const taken = speakers(0.8);
  await wait(0.2);
  const asked = clock.now();
  player.audition(1, 84, 127);
  const { channel, heardFrom: from } = await taken;
  const heard = onsets(channel, 48_000).map((time) => from + time);
  expect(heard).toHaveLength(1);
  expect(heard[0]! - asked).toBeGreaterThan(0);
  expect(heard[0]! - asked).toBeLessThan(0.3);
});
