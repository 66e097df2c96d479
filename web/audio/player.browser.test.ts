import { describe, expect, test } from "vitest";
import { paramByName } from "#shared/music/params.ts";
import { stopPlayback } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import { straight } from "#shared/time/course.ts";
import { inverse } from "#shared/time/line.ts";
import { errors, onsets } from "../../tests/e2e/onsets.ts";
import { createLocalClock } from "../local-clock.ts";
import { jam, note, playing, steady, track } from "./fixtures.ts";
import {
  clock,
  contexts,
  energy,
  found,
  heardFrom,
  left,
  started,
  stepTimes,
  wait,
  within,
} from "../../tests/audio/player-stage.ts";

const MODES = ["sab", "postMessage"] as const;

describe.each(MODES)("a player in %s mode", (mode) => {
  test("[AUD30] each note is heard when the room says, to a fraction of a millisecond", async () => {
    const steps = [0, 3, 4, 7, 10, 12, 15];
    const stopped = jam([
      track(
        1,
        steps.map((step) => note(step)),
      ),
    ]);
    const player = await started(mode, { first: stopped });
    const plays = playing(stopped, clock.now());
    player.setJam(plays);
    const recording = await steady(player.tap(4));
    const expected = within(stepTimes(plays, steps, 3), 0, heardFrom(recording) + 3.9);
    const distances = errors(expected, found(recording));
    for (const distance of distances) expect(Math.abs(distance ?? 1)).toBeLessThan(0.000_5);
    expect(found(recording)).toHaveLength(expected.length);
    expect(Math.abs(recording.roomTime - heardFrom(recording))).toBeLessThan(0.000_5);
    expect(player.inspect()).toMatchObject({
      state: "running",
      mode,
      sampleRate: 48_000,
      late: 0,
      missed: 0,
    });
  });

  test("[AUD31] a page blocked for 200 ms in every second makes no note late and loses none", async () => {
    const steps = Array.from({ length: 16 }, (_, step) => step);
    const stopped = jam([
      track(
        1,
        steps.map((step) => note(step)),
      ),
    ]);
    const player = await started(mode, { first: stopped });
    const plays = playing(stopped, clock.now());
    player.setJam(plays);
    const blocking = setInterval(() => {
      const until = performance.now() + 200;
      while (performance.now() < until);
    }, 1_000);
    const recording = await steady(player.tap(5));
    clearInterval(blocking);
    const expected = within(stepTimes(plays, steps, 3), 0, heardFrom(recording) + 4.9);
    for (const distance of errors(expected, found(recording)))
      expect(Math.abs(distance ?? 1)).toBeLessThan(0.001);
    expect(player.inspect()).toMatchObject({ late: 0, missed: 0 });
  });
});

describe("a player", () => {
  test("[AUD32] an edit while playing is heard from the next step on that it can reach", async () => {
    const before = jam([track(1, [note(0), note(8)])]);
    const player = await started("sab", { first: before });
    const plays = playing(before, clock.now());
    player.setJam(plays);
    const recording = steady(player.tap(4.5));
    await wait(1.5);
    const edited = clock.now();
    player.setJam({ ...plays, tracks: [track(1, [note(4), note(8)])] });
    const heard = found(await recording);
    const steps = (wanted: number[], from: number, to: number): number[] =>
      within(stepTimes(plays, wanted, 3), from, to);
    const expected = [
      ...steps([0, 8], 0, edited),
      ...steps([4, 8], edited + 0.15, plays.timeline.next!.fromTime + 3.9),
    ];
    for (const distance of errors(expected, heard)) expect(Math.abs(distance ?? 1)).toBeLessThan(0.001);
    expect(errors(steps([0], edited + 0.15, 1e9), heard).filter((distance) => distance !== null)).toEqual([]);
  });

  test("[AUD33] after a stop nothing new begins, and what is held goes quiet within 0.1 s", async () => {
    const stopped = jam([
      track(1, [note(0, 60, { gate: 31 })], { instrument: "saw" }),
      track(2, [note(4), note(12)]),
    ]);
    const player = await started("sab", { first: stopped });
    const plays = playing(stopped, clock.now());
    player.setJam(plays);
    const recording = steady(player.tap(2.6));
    await wait(1.2);
    const timeline = stopPlayback(plays.timeline, roomTime(clock.now()), 0.25)!;
    player.setJam({ ...plays, timeline });
    const taped = await recording;
    const stop = Math.round((timeline.next!.fromTime - heardFrom(taped)) * taped.sampleRate);
    const peak = (from: number, to: number): number =>
      left(taped)
        .subarray(stop + from * 48_000, stop + to * 48_000)
        .reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(peak(-0.1, 0)).toBeGreaterThan(0.02);
    expect(peak(0.1, 0.8)).toBeLessThan(1e-4);
  });

  test.each(["others'", "my own"])(
    "[LIV10] %s hand on a knob is heard moving, in notes that are held and without steps",
    async (whose) => {
      const stopped = jam([track(1, [note(0, 36, { gate: 31 })], { instrument: "saw" })]);
      const player = await started("sab", { first: stopped });
      player.setJam(playing(stopped, clock.now()));
      const recording = steady(player.tap(3.4));
      await wait(0.8);
      const [from, to] = [40, 120];
      const begun = clock.now() + 0.2;
      const id = paramByName("cutoff")!.id;
      const valueAt = (time: number) => from + (to - from) * Math.min(1, Math.max(0, time - begun));
      player.moveNow({ track: 1, control: id, value: from });
      for (let told = begun; told < begun + 1.1; ) {
        await wait(0.012);
        const now = clock.now();
        if (whose === "my own") {
          player.moveNow({ track: 1, control: id, value: valueAt((told = now)) });
          continue;
        }
        for (; told < now + player.reach! + 0.03; told += 0.004)
          player.moveAt(roomTime(told), [{ track: 1, control: id, value: valueAt(told) }]);
      }
      const taped = await recording;
      const samples = left(taped);
      // What is left between neighbouring samples is the treble, which opens with the cutoff.
      const treble = samples.map((sample, i) => sample - (samples[i - 1] ?? 0));
      const start = Math.round((begun - heardFrom(taped)) * taped.sampleRate);
      const windows = Array.from({ length: 21 }, (_, i) =>
        Math.log10(energy(treble.subarray(start + i * 2_400, start + (i + 1) * 2_400))),
      );
      const total = windows.at(-1)! - windows[0]!;
      expect(total).toBeGreaterThan(1);
      for (const [i, each] of windows.entries())
        if (i > 0) expect(Math.abs(each - windows[i - 1]!)).toBeLessThan(0.25 * total);
      expect(player.inspect()).toMatchObject({ late: 0, missed: 0 });
    },
  );

  test("[AUD34] my solo, my mute, my volume, the metronome and an audition change nothing in the room mix", async () => {
    const stopped = jam([track(1, [note(0), note(8)]), track(2, [note(4, 72), note(12, 72)])]);
    const player = await started("sab", { first: stopped });
    const take = async (act: () => void): Promise<Float32Array> => {
      const plays = playing(stopped, clock.now(), 0.4);
      player.setJam(plays);
      act();
      const recording = await steady(player.tap(1.6));
      player.setJam(stopped);
      await wait(0.3);
      const from = Math.round((plays.timeline.next!.fromTime - recording.roomTime) * 48_000);
      return left(recording).slice(from - 100, from + 48_000);
    };
    const plain = await take(() => {});
    const mine = await take(() => {
      player.setMyMix(1, { muted: true, solo: false });
      player.setMyMix(2, { muted: false, solo: true });
      player.setVolume(0.1);
      player.setMetronome(true);
      for (let i = 0; i < 5; i++) setTimeout(() => player.audition(1, 60, 127), 100 + i * 200);
    });
    expect(energy(plain)).toBeGreaterThan(1);
    expect(energy(mine) / energy(plain)).toBeCloseTo(1, 3);
    expect(onsets(mine, 48_000)).toHaveLength(2);
    const room = await take(() =>
      player.setJam({ ...stopped, tracks: stopped.tracks.map((each) => ({ ...each, muted: true })) }),
    );
    expect(energy(room)).toBeLessThan(energy(plain));
  });

  test("[AUD36] a suspended context holds, says so, and comes back on the grid with nothing of the past", async () => {
    const dense = jam([
      track(
        1,
        Array.from({ length: 16 }, (_, step) => note(step)),
      ),
    ]);
    const player = await started("sab", { first: dense });
    const plays = playing(dense, clock.now());
    player.setJam(plays);
    await wait(1);
    const states: string[] = [];
    const end = player.status.subscribe(({ state }) => states.push(state));
    const context = contexts[0]!;
    const resume = context.resume.bind(context);
    context.resume = () => Promise.reject(new Error("no gesture"));
    await context.suspend();
    await wait(1);
    expect(player.status.value).toMatchObject({
      state: "interrupted",
      cause: "The browser stopped the sound.",
    });
    context.resume = resume;
    await player.soundOn();
    // A device that has just come back is still finding its pace.
    const recording = await steady(player.tap(3), 0.002);
    end();
    expect(states).toEqual(["running", "interrupted", "running"]);
    const heard = found(recording);
    const grid = within(stepTimes(plays, [...Array(16).keys()], 5), heard[0]! - 0.05, heard.at(-1)! + 0.05);
    expect(heard.length).toBeGreaterThan(5);
    for (const distance of errors(grid, heard)) expect(Math.abs(distance ?? 1)).toBeLessThan(0.002);
    expect(player.inspect().late).toBe(0);
  });

  test("[AUD37] a local clock wrong by 5 s and 200 ppm changes nothing of what is heard when", async () => {
    const local = createLocalClock({ offset: 5, ppm: 200 });
    const trueFromLocal = inverse({ x: 0, y: 5, rate: 1.000_2 });
    const stopped = jam([track(1, [note(0), note(6), note(12)])]);
    const player = await started("sab", { local, line: trueFromLocal, first: stopped });
    const plays = playing(stopped, performance.now() / 1000);
    player.setJam(plays);
    const recording = await steady(player.tap(3));
    const expected = within(stepTimes(plays, [0, 6, 12], 2), 0, heardFrom(recording) + 2.9);
    for (const distance of errors(expected, found(recording)))
      expect(Math.abs(distance ?? 1)).toBeLessThan(0.000_5);
  });

  test("[AUD38] a step of the room's clock moves the music and doubles nothing", async () => {
    const stopped = jam([
      track(
        1,
        Array.from({ length: 16 }, (_, step) => note(step)),
      ),
    ]);
    const player = await started("sab", { first: stopped });
    const plays = playing(stopped, clock.now());
    player.setJam(plays);
    const recording = steady(player.tap(3.5));
    await wait(1.5);
    player.setClock(straight({ x: 0, y: 0.04, rate: 1 }), 2);
    const heard = found(await recording);
    const gaps = heard.slice(1).map((time, index) => time - (heard[index] as number));
    for (const gap of gaps) expect(gap).toBeGreaterThan(0.08);
    const late = within(stepTimes(plays, [...Array(16).keys()], 3), 0, 1e9).map((time) => time - 0.04);
    const after = within(late, heard[0]! + 2, heard[0]! + 3);
    for (const distance of errors(after, heard)) expect(Math.abs(distance ?? 1)).toBeLessThan(0.001);
  });

  test("[AUD39] each note is told before it is heard, with the instant of it", async () => {
    const stopped = jam([track(1, [note(0), note(8)])]);
    const player = await started("sab", { first: stopped });
    const told: { at: number; ahead: number; step: number }[] = [];
    player.onSounding(({ at, step }) => told.push({ at, step, ahead: at - performance.now() }));
    const plays = playing(stopped, clock.now());
    player.setJam(plays);
    await wait(2);
    const expected = stepTimes(plays, [0, 8], 1);
    expect(told.slice(0, 2).map(({ step }) => step)).toEqual([0, 8]);
    told.slice(0, 2).forEach(({ at, ahead }, index) => {
      expect(Math.abs(at / 1000 - (expected[index] as number))).toBeLessThan(0.001);
      expect(ahead).toBeGreaterThan(30);
    });
    expect(player.level(1)).toBeGreaterThanOrEqual(0);
    expect(player.heard(performance.now())).toMatchObject({ tempo: 120, running: true });
  });
});
