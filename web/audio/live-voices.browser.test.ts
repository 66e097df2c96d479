import { describe, expect, test } from "vitest";
import { stopPlayback } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import { clock, energy, found, heardFrom, left, started, wait } from "../../tests/audio/player-stage.ts";
import { jam, playing, steady, track } from "./fixtures.ts";
import { LiveVoices } from "./live-voices.ts";
import type { Player, TapRecording } from "./player.ts";

const LEAD = track(1, []);
const KICK = track(2, [], { instrument: "kick" });

/** A player of two empty parts, and voices for them. */
async function stage(mode: "sab" | "postMessage" = "sab") {
  const player = await started(mode, { first: jam([LEAD, KICK]) });
  const voices = new LiveVoices(() => player.live);
  // The instruments' definitions are on their way.
  await wait(0.4);
  return { player, voices };
}

const peak = (recording: TapRecording, from: number, to: number): number => {
  const first = Math.round((from - heardFrom(recording)) * recording.sampleRate);
  const last = Math.round((to - heardFrom(recording)) * recording.sampleRate);
  return left(recording)
    .subarray(first, last)
    .reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
};

describe.each(["sab", "postMessage"] as const)("live voices in %s mode", (mode) => {
  test("[PLY9] a note begins and ends when the room says, to a fraction of a millisecond", async () => {
    const { player, voices } = await stage(mode);
    const recording = steady(player.tap(2));
    await wait(0.3);
    const at = clock.now() + 0.2;
    expect(voices.begin(1, LEAD, { pitch: 72, velocity: 110 }, roomTime(at))).toBe(true);
    voices.end(1, roomTime(at + 0.5));
    const taken = await recording;
    expect(found(taken)).toHaveLength(1);
    expect(Math.abs((found(taken)[0] ?? 0) - at)).toBeLessThan(0.001);
    expect(peak(taken, at + 0.4, at + 0.5)).toBeGreaterThan(0.02);
    expect(peak(taken, at + 0.6, at + 1)).toBeLessThan(1e-4);
    expect(player.inspect()).toMatchObject({ late: 0 });
  });

  test("[PLY9] my own note begins at once and ends when it is let go", async () => {
    const { player, voices } = await stage(mode);
    const recording = steady(player.tap(3));
    await wait(0.3);
    const pressed: number[] = [];
    for (let id = 1; id <= 4; id++) {
      pressed.push(clock.now());
      voices.begin(id, LEAD, { pitch: 60 + id, velocity: 110 }, null);
      await wait(0.25);
      voices.end(id, null);
      await wait(0.3);
    }
    const taken = await recording;
    const onsets = found(taken);
    expect(onsets).toHaveLength(4);
    for (const [i, at] of pressed.entries()) {
      const onset = onsets[i] ?? 0;
      console.info(`${mode}: press to onset at the speaker ${((onset - at) * 1_000).toFixed(1)} ms`);
      expect(onset).toBeGreaterThan(at);
      expect(peak(taken, at + 0.5, at + 0.54)).toBeLessThan(1e-3);
    }
  });
});

describe("live voices", () => {
  test("[PLY9] a note sounds on its part's own output: what is muted for the room is silent in its mix", async () => {
    const { player, voices } = await stage();
    player.setJam(jam([{ ...LEAD, muted: true }, KICK]));
    await wait(0.2);
    const recording = steady(player.tap(0.8));
    await wait(0.1);
    voices.begin(1, LEAD, { pitch: 60, velocity: 110 }, null);
    expect(energy(left(await recording))).toBeLessThan(1e-6);
    voices.end(1, null);
  });

  test("[PLY9] a stop of the music lets live notes sound on; silence ends them all", async () => {
    const { player, voices } = await stage();
    const plays = playing(jam([LEAD, KICK]), clock.now());
    player.setJam(plays);
    await wait(0.6);
    voices.begin(1, LEAD, { pitch: 60, velocity: 110 }, null);
    await wait(0.2);
    const timeline = stopPlayback(plays.timeline, roomTime(clock.now()), 0.25)!;
    player.setJam({ ...plays, timeline });
    await wait(0.6);
    const during = await steady(player.tap(0.2));
    expect(energy(left(during))).toBeGreaterThan(0.1);
    voices.silence();
    await wait(0.2);
    expect(energy(left(await steady(player.tap(0.2))))).toBeLessThan(1e-6);
  });

  test("[PLY9] nothing is played where nothing sounds, nor on a part that is not there", async () => {
    const { player, voices } = await stage();
    expect(voices.begin(1, track(9, []), { pitch: 60, velocity: 1 }, null)).toBe(false);
    player.close();
    expect((player as Player).live).toBeNull();
    expect(voices.begin(2, LEAD, { pitch: 60, velocity: 1 }, null)).toBe(false);
    voices.end(2, null);
    voices.silence();
  });
});
