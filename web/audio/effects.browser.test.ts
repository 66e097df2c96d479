import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_ROOM_EFFECTS, type TrackEffects, NO_EFFECTS } from "#shared/music/effects.ts";
import { onsets } from "../../tests/e2e/onsets.ts";
import { addWorklet } from "../platform.ts";
import { createAudioContext } from "./audio-context.ts";
import { ENGINE_CHANNELS } from "./engine.ts";
import * as code from "./effects.ts";
import { track } from "./fixtures.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import limiterUrl from "./limiter-worklet.ts?worker&url";
import { LIMITER_LATENCY } from "./limiter.ts";
import { Mixer } from "./mixer.ts";
import { Slots } from "./slots.ts";
import { tap } from "./tap.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import tapUrl from "./tap-worklet.ts?worker&url";

const RATE = 48_000;
const BIN = 15;

let context: AudioContext;
let merger: ChannelMergerNode;
let mixer: Mixer;
const slots = new Slots();
slots.assign([1, 2]);

beforeEach(async () => {
  context = createAudioContext();
  await Promise.all([context.resume(), addWorklet(context, limiterUrl), addWorklet(context, tapUrl)]);
  merger = new ChannelMergerNode(context, { numberOfInputs: ENGINE_CHANNELS });
  mixer = new Mixer(context, merger);
  mixer.fitEffects(code);
});
afterEach(() => context.close());

/** Both tracks, track 1 with these effects. */
function set(effects: Partial<TrackEffects>, changes: { muted?: boolean } = {}): void {
  mixer.setTracks(
    [track(1, [], { effects: { ...NO_EFFECTS, ...effects }, ...changes }), track(2, [])],
    slots,
  );
}

/** Some seconds of the context, with the ticks that the player gives. */
async function settled(seconds: number): Promise<void> {
  const until = context.currentTime + seconds;
  while (context.currentTime < until) {
    mixer.tick();
    await new Promise((done) => setTimeout(done, 50));
  }
  mixer.tick();
}

/** Makes a track's output of the "engine" from these samples, once, in `seconds`; the context time it begins at. */
function play(slot: number, samples: Float32Array<ArrayBuffer>, seconds = 0.4): number {
  const buffer = new AudioBuffer({ length: samples.length, sampleRate: RATE });
  buffer.copyToChannel(samples, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(merger, 0, 2 * slot);
  source.connect(merger, 0, 2 * slot + 1);
  const at = Math.ceil((context.currentTime + seconds) * RATE) / RATE;
  source.start(at);
  return at;
}

const samplesOf = (seconds: number, make: (i: number) => number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => make(i));
/** Sines at multiples of 15 Hz: windows of whole periods tell them apart exactly. */
const sine = (hertz: number, seconds: number) =>
  samplesOf(seconds, (i) => 0.1 * Math.sin((2 * Math.PI * hertz * i) / RATE));
const mixed = (a: Float32Array, b: Float32Array) =>
  Float32Array.from(a, (sample, i) => sample + (b[i] ?? 0)) as Float32Array<ArrayBuffer>;

/** One channel of a mix, from the context time `from` on. */
async function taken(mix: AudioNode, seconds: number): Promise<(from: number, to: number) => Float32Array> {
  const { channels, contextTime } = await tap(context, mix, mixer.silence(), seconds);
  const sum = Float32Array.from(channels[0]!, (left, i) => (left + channels[1]![i]!) / 2);
  const index = (time: number) => Math.round((time - contextTime) * RATE) + LIMITER_LATENCY;
  return (from, to) => {
    // The machine was too busy to begin in time: the test is run again (vitest.config.ts).
    if (index(from) < 0 || index(to) > sum.length) throw new Error("the audio device lost time");
    return sum.slice(index(from), index(to));
  };
}

/** Amplitude of a sine in a window of whole periods. */
function amplitude(samples: Float32Array, hertz: number): number {
  const length = Math.floor(samples.length / (RATE / BIN)) * (RATE / BIN);
  let [real, imaginary] = [0, 0];
  for (let i = 0; i < length; i++) {
    const angle = (2 * Math.PI * hertz * i) / RATE;
    real += samples[i]! * Math.cos(angle);
    imaginary += samples[i]! * Math.sin(angle);
  }
  return (2 * Math.hypot(real, imaginary)) / length;
}
const peak = (samples: Float32Array): number =>
  samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
const decibels = (ratio: number): number => 20 * Math.log10(ratio);
const difference = (a: Float32Array, b: Float32Array): Float32Array => a.map((sample, i) => sample - b[i]!);
const power = (samples: Float32Array): number =>
  samples.reduce((sum, each) => sum + each * each, 0) / samples.length;

const CLICK = samplesOf(0.001, () => 0.5);
const ROOM = DEFAULT_ROOM_EFFECTS;
/** Seeded by nothing: only its power counts. */
const noise = (seconds: number) => samplesOf(seconds, () => 0.2 * (Math.random() - 0.5));

describe("effects in the mixer", () => {
  test("[EFX11] what is off is exactly not there, also after it was on", async () => {
    const tone = mixed(sine(150, 0.5), sine(6_000, 0.5));
    const heard = async () => {
      const at = play(0, tone);
      const of = await taken(mixer.roomMix, 1.5);
      return of(at, at + 0.5);
    };
    set({});
    await heard();
    const before = await heard();
    mixer.setRoomEffects({ ...ROOM, echoSteps: 1, echoFeedback: 0, reverbSize: 0.3 }, 400);
    set({ filter: -0.5, resonance: 0.5, echo: 1, reverb: 1 });
    expect(decibels(peak(difference(await heard(), before)) / peak(before))).toBeGreaterThan(-20);
    set({});
    await settled(1.5);
    const after = await heard();
    expect(peak(difference(before, tone))).toBeLessThan(1e-6);
    expect(peak(difference(after, before))).toBeLessThan(1e-9);
  });

  test("[EFX12] a low-pass takes the highs out of its track and of no other", async () => {
    set({ filter: -0.6 });
    const levels = async () => {
      const at = play(0, mixed(sine(150, 1), sine(6_000, 1)));
      play(1, sine(9_000, 1), at - context.currentTime);
      const of = await taken(mixer.roomMix, 1.7);
      const samples = of(at + 0.4, at + 0.8);
      return [150, 6_000, 9_000].map((hertz) => decibels(amplitude(samples, hertz) / 0.1));
    };
    const [low = 0, high = 0, other = 0] = await levels();
    expect(Math.abs(low)).toBeLessThan(0.5);
    expect(high).toBeLessThan(-60);
    expect(Math.abs(other)).toBeLessThan(0.05);
    set({ filter: 0.6 });
    const [bass = 0, treble = 0] = await levels();
    expect(bass).toBeLessThan(-30);
    expect(Math.abs(treble)).toBeLessThan(0.5);
  });

  test("[EFX12] resonance lifts what lies at the filter's corner", async () => {
    const corner = -0.5;
    const levelOf = async (resonance: number) => {
      set({ filter: corner, resonance });
      const at = play(0, sine(1_260, 1));
      const of = await taken(mixer.roomMix, 1.7);
      return decibels(amplitude(of(at + 0.4, at + 0.8), 1_260) / 0.1);
    };
    expect((await levelOf(1)) - (await levelOf(0))).toBeCloseTo(16, 0);
  });

  test("[EFX13] an echo comes back at the tempo's time, from side to side, each time softer", async () => {
    mixer.setRoomEffects({ ...ROOM, echoSteps: 1, echoFeedback: 0.8 }, 120);
    set({ echo: 1 });
    const at = play(0, CLICK);
    const of = await taken(mixer.roomMix, 1.9);
    const times = onsets(of(at, at + 1.3), RATE, { apart: 0.05 });
    expect(times.length).toBeGreaterThan(6);
    times.forEach((time, repeat) => expect(Math.abs(time - repeat * 0.125)).toBeLessThan(0.002));
    const peaks = times.slice(1).map((time) => peak(of(at + time - 0.01, at + time + 0.02)));
    peaks.slice(1).forEach((each, i) => expect(each).toBeLessThan(peaks[i]!));
  });

  test("[EFX13] the echo follows the tempo without a click", async () => {
    mixer.setRoomEffects({ ...ROOM, echoSteps: 2, echoFeedback: 0.5 }, 120);
    set({ echo: 1 });
    await settled(0.2);
    const at = play(0, sine(300, 1.2), 0.3);
    const recording = taken(mixer.roomMix, 1.7);
    await settled(0.9);
    mixer.setRoomEffects({ ...ROOM, echoSteps: 2, echoFeedback: 0.5 }, 150);
    const of = await recording;
    const samples = of(at + 0.3, at + 1.1);
    // What is smooth at 300 Hz changes slowly: a click would stand out of its second difference.
    const bends = samples.slice(2).map((sample, i) => sample - 2 * samples[i + 1]! + samples[i]!);
    expect(peak(bends)).toBeLessThan(peak(samples) * ((2 * Math.PI * 300) / RATE) ** 2 * 2);
    const click = play(0, CLICK);
    const heard = (await taken(mixer.roomMix, 1.1))(click, click + 0.5);
    const [, echo = 0] = onsets(heard, RATE, { apart: 0.05 });
    expect(Math.abs(echo - 0.2)).toBeLessThan(0.002);
  });

  test("[EFX14] a reverb dies away by 60 dB in about the time that was set", async () => {
    for (const reverbSize of [0.6, 1.2]) {
      mixer.setRoomEffects({ ...ROOM, reverbSize }, 120);
      set({ reverb: 1 });
      await settled(1);
      const at = play(0, noise(0.3));
      const of = await taken(mixer.roomMix, 0.9 + reverbSize);
      const level = (part: number) =>
        10 * Math.log10(power(of(at + 0.3 + part * reverbSize, at + 0.3 + (part + 0.1) * reverbSize)));
      // From a fifth to four fifths of it, where the lows alone are left: 0.6 times 60 dB.
      expect(Math.abs(level(0.2) - level(0.8) - 36)).toBeLessThan(6);
    }
  });

  test("[EFX15] a muted track sends nothing, and what it had sent rings out", async () => {
    mixer.setRoomEffects({ ...ROOM, echoSteps: 4, echoFeedback: 0.5 }, 120);
    set({ echo: 1, reverb: 1 }, { muted: true });
    await settled(0.2);
    const silent = play(0, noise(0.3));
    const nothing = await taken(mixer.roomMix, 1.5);
    expect(peak(nothing(silent, silent + 1))).toBeLessThan(1e-6);
    set({ echo: 1, reverb: 1 });
    const at = play(0, noise(0.3));
    const recording = taken(mixer.roomMix, 1.5);
    await settled(0.6);
    set({ echo: 1, reverb: 1 }, { muted: true });
    const of = await recording;
    expect(power(of(at + 0.55, at + 0.75))).toBeGreaterThan(1e-5);
  });

  test("[EFX16] my solo and my mute change my returns and not the room's", async () => {
    set({ echo: 1, reverb: 1 });
    mixer.setMyMix(2, { muted: false, solo: true }, slots);
    mixer.setRoomEffects({ ...ROOM, echoFeedback: 0, reverbSize: 0.6 }, 120);
    await settled(0.2);
    const at = play(0, noise(0.3));
    const [room, mine] = await Promise.all([taken(mixer.roomMix, 1.3), taken(mixer.myMix, 1.3)]);
    expect(power(room(at + 0.35, at + 0.5))).toBeGreaterThan(1e-5);
    expect(peak(mine(at, at + 0.7))).toBeLessThan(1e-6);
    mixer.setMyMix(2, { muted: false, solo: false }, slots);
    await settled(1.2);
    const again = play(0, noise(0.3));
    const [theirs, own] = await Promise.all([taken(mixer.roomMix, 1.3), taken(mixer.myMix, 1.3)]);
    expect(peak(difference(theirs(again, again + 0.7), own(again, again + 0.7)))).toBeLessThan(1e-6);
  });

  test("[EFX17] an effect is moved at an instant of the audio clock", async () => {
    set({ filter: -0.01 });
    await settled(0.2);
    const at = play(0, sine(6_000, 1), 0.3);
    mixer.setEffect(0, "filter", -0.9, at + 0.5);
    const of = await taken(mixer.roomMix, 1.7);
    expect(amplitude(of(at + 0.2, at + 0.499), 6_000)).toBeGreaterThan(0.09);
    expect(amplitude(of(at + 0.6, at + 0.8), 6_000)).toBeLessThan(0.001);
  });

  test("[EFX18] what nobody uses is not connected, and what has died away is taken down", async () => {
    const made: string[] = [];
    const real = { Convolver: ConvolverNode, Delay: DelayNode, Biquad: BiquadFilterNode };
    const noted = <T extends new (...args: never[]) => AudioNode>(name: string, node: T): T =>
      new Proxy(node, {
        construct: (target, args, self) => {
          made.push(name);
          return Reflect.construct(target, args, self) as object;
        },
      });
    globalThis.ConvolverNode = noted("convolver", ConvolverNode);
    globalThis.DelayNode = noted("delay", DelayNode);
    globalThis.BiquadFilterNode = noted("filter", BiquadFilterNode);
    try {
      set({ resonance: 1 });
      mixer.setRoomEffects({ ...ROOM, echoFeedback: 0, echoSteps: 1, reverbSize: 0.3 }, 400);
      expect(made).toEqual([]);
      set({ reverb: 0.1 });
      expect(made).toEqual(["convolver", "convolver"]);
      set({});
      await settled(0.8);
      set({ reverb: 0.1 });
      expect(made).toHaveLength(4);
      set({ reverb: 0.2 });
      expect(made).toHaveLength(4);
    } finally {
      globalThis.ConvolverNode = real.Convolver;
      globalThis.DelayNode = real.Delay;
      globalThis.BiquadFilterNode = real.Biquad;
    }
  });
});
