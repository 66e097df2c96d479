/**
 * What a reverb answers to a click: noise that dies away, its highs sooner, as in a room of hard walls
 * and some curtains. Seeded, so that everybody hears the same room.
 */
import { seededRandom } from "#shared/lib/random.ts";

/** Before the first reflection, and until the reflections are dense. Seconds. */
const PREDELAY = 0.008;
const ONSET = 0.004;
/** Above this corner (Hz) it dies away in this part of the time. */
const DAMPED_ABOVE = 2_500;
const DAMPED_TIME = 0.4;
/** It ends where it is 69 dB down. */
const LENGTH = 1.15;
const SEEDS = [0x7e57, 0x1157] as const;
const DECAY_60_DB = Math.log(1_000);

/**
 * Left and right, independent of each other. Law: the lows are 60 dB down after `seconds`, and each
 * channel's energy is 1, so that noise comes out as loud as it goes in, whatever the size.
 */
export const reverbImpulse = (sampleRate: number, seconds: number): Float32Array<ArrayBuffer>[] =>
  SEEDS.map((seed) => channel(sampleRate, seconds, seed));

function channel(sampleRate: number, seconds: number, seed: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const first = Math.round(PREDELAY * sampleRate);
  const onset = ONSET * sampleRate;
  const samples = new Float32Array(first + Math.ceil(LENGTH * seconds * sampleRate));
  const smoothing = 1 - Math.exp((-2 * Math.PI * DAMPED_ABOVE) / sampleRate);
  const lowDecay = Math.exp(-DECAY_60_DB / (seconds * sampleRate));
  const highDecay = Math.exp(-DECAY_60_DB / (DAMPED_TIME * seconds * sampleRate));
  let [low, lowGain, highGain, energy] = [0, 1, 1, 0];
  for (let i = first; i < samples.length; i++) {
    const noise = 2 * random() - 1;
    low += (noise - low) * smoothing;
    const sample = (low * lowGain + (noise - low) * highGain) * Math.min(1, (i - first) / onset);
    samples[i] = sample;
    energy += sample * sample;
    lowGain *= lowDecay;
    highGain *= highDecay;
  }
  const gain = 1 / Math.sqrt(energy);
  for (let i = first; i < samples.length; i++) samples[i] = (samples[i] as number) * gain;
  return samples;
}
