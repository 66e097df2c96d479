/** What a test hears in recordings of the room mix: when notes begin, whether it sounds at all, whether two are in phase. */
import { expect } from "vitest";
import { onsets } from "../onsets.ts";
import type { Recording } from "./recording.ts";

/** What already rings when a recording begins rises out of nothing, and is no onset. Seconds. */
const RINGING = 0.01;

/** When each onset of a recording was heard, in Unix seconds of the host. */
export function onsetTimes({ samples, sampleRate, hostTime }: Recording): number[] {
  return onsets(samples, sampleRate)
    .filter((seconds) => seconds > RINGING)
    .map((seconds) => hostTime + seconds);
}

/** The share of a recording's tenths of a second that are louder than -50 dBFS. */
export function soundingShare({ samples, sampleRate }: Recording): number {
  const size = Math.floor(sampleRate / 10);
  let sounding = 0;
  let slices = 0;
  for (let from = 0; from + size <= samples.length; from += size, slices++) {
    const energy = samples.subarray(from, from + size).reduce((sum, sample) => sum + sample * sample, 0);
    if (Math.sqrt(energy / size) > 0.003) sounding++;
  }
  return sounding / slices;
}

/** Above this the device did not keep real time during the recording: its instants say nothing of ours. Seconds. */
const STEADY = 0.001;
const ATTEMPTS = 4;

/** How far the least steady device of some recordings was from real time; what they say holds if it is steady. */
const unsteadiness = (recordings: readonly Recording[]): number =>
  Math.max(...recordings.map(({ residual }) => residual));
export const areSteady = (recordings: readonly Recording[]): boolean => unsteadiness(recordings) < STEADY;

/**
 * Recordings of the same stretch on several pages, and what is done during it, both done again while a page's
 * audio device loses time (a headless browser's device is a timer, and starves on a busy machine).
 */
export async function recordTogether<
  const Pages extends readonly { tap(seconds: number): Promise<Recording> }[],
>(
  pages: Pages,
  seconds: number,
  meanwhile = async (): Promise<void> => undefined,
): Promise<{ [K in keyof Pages]: Recording }> {
  for (let attempt = 1; ; attempt++) {
    const [recordings] = await Promise.all([
      Promise.all(pages.map((page) => page.tap(seconds))),
      meanwhile(),
    ]);
    if (areSteady(recordings)) return recordings as { [K in keyof Pages]: Recording };
    if (attempt === ATTEMPTS)
      throw new Error(
        `no steady audio device in ${ATTEMPTS} recordings: ${unsteadiness(recordings) * 1_000} ms`,
      );
  }
}

/** Onsets of two recordings that fall into the time both cover: each of the first with the nearest of the second. */
export function pairOnsets(a: Recording, b: Recording): readonly (readonly [number, number])[] {
  const end = (tap: Recording) => tap.hostTime + tap.samples.length / tap.sampleRate;
  const [from, to] = [Math.max(a.hostTime, b.hostTime) + 0.1, Math.min(end(a), end(b)) - 0.1];
  const theirs = onsetTimes(b);
  return onsetTimes(a)
    .filter((time) => time > from && time < to)
    .map((time) => [
      time,
      theirs.toSorted((x, y) => Math.abs(x - time) - Math.abs(y - time))[0] ?? Number.NaN,
    ]);
}

/** Every onset of one is an onset of the other, within 10 ms on the host's clock. */
export function expectInPhase(a: Recording, b: Recording, atLeast: number): void {
  const apartMs = pairOnsets(a, b).map(([mine, theirs]) => (mine - theirs) * 1_000);
  expect(apartMs.length, "onsets in both recordings").toBeGreaterThanOrEqual(atLeast);
  for (const apart of apartMs)
    expect(Math.abs(apart), `ms apart: ${apartMs.map((ms) => ms.toFixed(2)).join(", ")}`).toBeLessThan(10);
}
