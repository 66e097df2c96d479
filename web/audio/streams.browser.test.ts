/** The routing law on the real graph: a steady level of its own at each source, and what of it is at each sink. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NO_EFFECTS } from "#shared/music/effects.ts";
import type { AirKind } from "#shared/protocol/messages.ts";
import { onsets } from "../../tests/e2e/onsets.ts";
import { addWorklet } from "../platform.ts";
import { createAudioContext } from "./audio-context.ts";
import { Ears } from "./ears.ts";
import * as effects from "./effects.ts";
import { ENGINE_CHANNELS } from "./engine.ts";
import { track } from "./fixtures.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import limiterUrl from "./limiter-worklet.ts?worker&url";
import { Mixer } from "./mixer.ts";
import { Sends } from "./sends.ts";
import { MINE_PAIR, RETURNS_PAIR, Slots } from "./slots.ts";
import { tap } from "./tap.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import tapUrl from "./tap-worklet.ts?worker&url";

/** So far apart that a sum says what is in it. */
const LEVELS = new Map([
  [0, 0.01],
  [1, 0.02],
  [RETURNS_PAIR, 0.04],
  [MINE_PAIR, 0.08],
]);
const INPUT = 0.16;
/** A tone, since what travels as a track may lose a steady level. */
const RECEIVED = { input: 0.3, mix: 0.4 } as const;
const ROOM = 0.07;

/** Seconds from click to click. */
const EVERY = 0.25;

let context: AudioContext;
let mixer: Mixer;
let sends: Sends;
let ears: Ears;
const slots = new Slots();
slots.assign([1, 2]);

const steady = (offset: number): ConstantSourceNode => {
  const source = new ConstantSourceNode(context, { offset });
  source.start();
  return source;
};

beforeEach(async () => {
  context = createAudioContext();
  await Promise.all([context.resume(), addWorklet(context, limiterUrl), addWorklet(context, tapUrl)]);
  const merger = new ChannelMergerNode(context, { numberOfInputs: ENGINE_CHANNELS });
  for (const [pair, offset] of LEVELS)
    for (const channel of [0, 1]) steady(offset).connect(merger, 0, 2 * pair + channel);
  mixer = new Mixer(context, merger);
  mixer.setTracks([track(1, []), track(2, [])], slots);
  sends = new Sends({ context, mixer, monitor: mixer.ears.entry });
  ears = new Ears({
    context,
    ...mixer.ears,
    setElsewhere: (tracks, at) => mixer.setElsewhere(tracks, at),
  });
});
afterEach(() => context.close());

const record = async (node: AudioNode, seconds = 0.25) =>
  (await tap(context, node, mixer.silence(), seconds)).channels;

/** Where a level has settled. */
const levelOf = async (node: AudioNode): Promise<number> =>
  Number(((await record(node))[0]?.at(-1) ?? Number.NaN).toFixed(3));

/** What a track carries, as its receiver would hear it. */
const sent = (kind: AirKind): AudioNode =>
  new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([sends.open(kind)]) });

const peak = (samples: Float32Array = new Float32Array()): number =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

/** A stream of somebody else's, put into my ears. */
function receive(kind: "input" | "mix"): string {
  const tone = new OscillatorNode(context, { frequency: 1_000 });
  const sink = new MediaStreamAudioDestinationNode(context);
  tone.connect(new GainNode(context, { gain: RECEIVED[kind] })).connect(sink);
  tone.start();
  const [received] = sink.stream.getAudioTracks();
  if (!received) throw new Error("no track");
  ears.put(kind, received);
  return kind;
}

describe("the sends", () => {
  test("[ROUTE1] the input send carries my input alone, and only while its gate is open", async () => {
    sends.setInput(steady(INPUT));
    sends.setMixHasInput(true);
    const input = sent("input");
    const mix = sent("mix");
    receive("input");
    ears.setVolume("input", 1);
    expect(await levelOf(input)).toBe(0);
    sends.setGate(true);
    expect(await levelOf(input)).toBeCloseTo(INPUT, 2);
    expect(await levelOf(mix)).toBeCloseTo(ROOM + INPUT, 2);
    sends.setGate(false);
    expect(await levelOf(input)).toBe(0);
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
  });

  test("[ROUTE2] the mix send carries the room mix, and my input only where I chose so", async () => {
    const mix = sent("mix");
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
    sends.setInput(steady(INPUT));
    sends.setGate(true);
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
    sends.setMixHasInput(true);
    expect(await levelOf(mix)).toBeCloseTo(ROOM + INPUT, 2);
    sends.setInput(null);
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
  });

  test("[ROUTE3] my solo, my mute, my volume, click and audition reach no send", async () => {
    const [mix, input] = [sent("mix"), sent("input")];
    mixer.setMyMix(1, { muted: true, solo: false }, slots);
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
    mixer.setMyMix(1, { muted: false, solo: true }, slots);
    mixer.setVolume(0);
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
    expect(await levelOf(input)).toBe(0);
  });

  test("[PRG16] the programme carries the room mix alone: no input, nothing received, nothing of mine", async () => {
    const programme = sent("programme");
    sends.setInput(steady(INPUT));
    sends.setGate(true);
    sends.setMonitor(true);
    sends.setMixHasInput(true);
    const mix = sent("mix");
    mixer.setMyMix(1, { muted: false, solo: true }, slots);
    mixer.setVolume(0.5);
    receive("input");
    ears.setVolume("input", 1);
    ears.hear(receive("mix"));
    const [left] = await record(programme);
    expect(left?.at(-1)).toBeCloseTo(ROOM, 2);
    expect(peak(left)).toBeLessThan(ROOM + 0.01);
    // The mix beside it does carry the input, and goes on when the programme ends.
    sends.close("programme");
    expect(await levelOf(mix)).toBeCloseTo(ROOM + INPUT, 2);
  });

  test("[ROUTE4] nothing that is received reaches a send, heard beside my own sound or in place of it", async () => {
    sends.setInput(steady(INPUT));
    sends.setGate(true);
    sends.setMonitor(true);
    const [mix, input] = [sent("mix"), sent("input")];
    receive("input");
    ears.setVolume("input", 1);
    ears.hear(receive("mix"));
    const [inMix, inInput] = [await record(mix), await record(input)];
    // A tone would show as a difference between the highest and the last sample.
    for (const [samples, level] of [
      [inMix[0], ROOM],
      [inInput[0], INPUT],
    ] as const) {
      expect(samples?.at(-1)).toBeCloseTo(level, 2);
      expect(peak(samples)).toBeLessThan(level + 0.01);
    }
    // It is heard, though.
    expect(peak((await record(mixer.myMix))[0])).toBeGreaterThan(0.5);
  });

  test("[ROUTE5] I hear my own input only where I ask for it", async () => {
    sends.setInput(steady(INPUT));
    sends.setGate(true);
    sends.open("input");
    expect(await levelOf(mixer.myMix)).toBeCloseTo(0.15, 2);
    sends.setMonitor(true);
    expect(await levelOf(mixer.myMix)).toBeCloseTo(0.15 + INPUT, 2);
  });

  test("[ROUTE6] both channels are sent as two", async () => {
    const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
    steady(INPUT).connect(merger, 0, 1);
    sends.setInput(merger);
    sends.setGate(true);
    const [left, right] = await record(sent("input"));
    expect(left?.at(-1)).toBeCloseTo(0, 3);
    expect(right?.at(-1)).toBeCloseTo(INPUT, 2);
    // A meter shows both channels as one.
    expect(sends.level("input")).toBeCloseTo(INPUT / 2, 2);
  });

  test("[ROUTE1] a send that is closed leaves the other as it was", async () => {
    sends.setInput(steady(INPUT));
    sends.setGate(true);
    sends.setMixHasInput(true);
    const [mix, input] = [sent("mix"), sent("input")];
    sends.close("mix");
    expect(await levelOf(input)).toBeCloseTo(INPUT, 2);
    expect(sends.level("mix")).toBe(0);
    expect(peak((await record(mix))[0]?.slice(-1_000))).toBe(0);
  });
});

describe("the mix of some parts", () => {
  test("[ROUTE7] carries those tracks, my input where I chose so, and nothing else; and all of them again", async () => {
    const mix = sent("mix");
    sends.setParts([2]);
    await record(mix, 0.1);
    expect(await levelOf(mix)).toBeCloseTo(0.02, 3);
    sends.setInput(steady(INPUT));
    sends.setGate(true);
    sends.setMixHasInput(true);
    expect(await levelOf(mix)).toBeCloseTo(0.02 + INPUT, 2);
    sends.setMixHasInput(false);
    sends.setParts([1, 2]);
    await record(mix, 0.1);
    expect(await levelOf(mix)).toBeCloseTo(0.03, 3);
    sends.setParts([]);
    await record(mix, 0.1);
    expect(await levelOf(mix)).toBeCloseTo(0, 3);
    sends.setParts(null);
    await record(mix, 0.1);
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
  });

  test("[ROUTE7] is what was chosen before it is sent, and follows the room's volume and mute alone", async () => {
    sends.setParts([1]);
    const mix = sent("mix");
    expect(await levelOf(mix)).toBeCloseTo(0.01, 3);
    mixer.setMyMix(1, { muted: true, solo: false }, slots);
    mixer.setVolume(0);
    mixer.setElsewhere([1], context.currentTime);
    expect(await levelOf(mix)).toBeCloseTo(0.01, 3);
    ears.hear(receive("mix"), [1]);
    const [samples] = await record(mix);
    expect(samples?.at(-1)).toBeCloseTo(0.01, 3);
    expect(peak(samples)).toBeLessThan(0.012);
    mixer.setTracks([track(1, [], { muted: true }), track(2, [])], slots);
    await record(mix, 0.1);
    expect(await levelOf(mix)).toBeCloseTo(0, 3);
  });

  test("[ROUTE7] a track that takes the place of one of mine is not mine", async () => {
    const mix = sent("mix");
    sends.setParts([1]);
    await record(mix, 0.1);
    const others = new Slots();
    others.assign([9, 2]);
    mixer.setTracks([track(9, []), track(2, [])], others);
    await record(mix, 0.1);
    expect(await levelOf(mix)).toBeCloseTo(0, 3);
  });

  test("[ROUTE8] has the echo and reverb of its tracks, and of no other", async () => {
    mixer.fitEffects(effects);
    const reverb = (id: number, level: number) =>
      track(id, [], { effects: { ...NO_EFFECTS, reverb: level } });
    mixer.setTracks([reverb(1, 1), reverb(2, 0)], slots);
    const mix = sent("mix");
    sends.setParts([2]);
    await record(mix, 0.3);
    expect(await levelOf(mix)).toBeCloseTo(0.02, 3);
    mixer.setTracks([reverb(1, 1), reverb(2, 1)], slots);
    await record(mix, 0.5);
    const [wet = new Float32Array()] = await record(mix, 0.3);
    expect(peak(wet.map((sample) => sample - 0.02))).toBeGreaterThan(0.004);
    // It ends with the send, and the room mix keeps its own.
    sends.close("mix");
    expect(peak((await record(mixer.roomMix))[0])).toBeGreaterThan(0.03);
  });

  test("[ROUTE9] is heard in place of those tracks of mine, and never beside them; the others go on", async () => {
    const name = receive("mix");
    await record(mixer.myMix, 0.1);
    const local = mixer.ears.local;
    const leave = Promise.all([record(local, 0.3), record(mixer.myMix, 0.3)]);
    ears.hear(name, [2]);
    const [[mine = new Float32Array()], [both = new Float32Array()]] = await leave;
    expect(mine.at(-1)).toBeCloseTo(0.15 - 0.02, 3);
    expect(peak(both.slice(-2_000))).toBeCloseTo(0.13 + RECEIVED.mix, 1);
    // Back again: it has gone before the track returns.
    const back = record(local, 0.3);
    ears.hear(null);
    const [returned = new Float32Array()] = await back;
    const comesAt = returned.findIndex((sample) => sample > 0.132);
    expect(comesAt / 48_000).toBeGreaterThan(0.025);
    expect(returned.at(-1)).toBeCloseTo(0.15, 3);
  });

  test("[ROUTE9] what it carries may change while it is heard, to all and back", async () => {
    ears.hear(receive("mix"), [1]);
    const local = mixer.ears.local;
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.14, 3);
    ears.hear("mix", [2]);
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.13, 3);
    ears.hear("mix", null);
    await record(local, 0.1);
    expect(await levelOf(local)).toBe(0);
    ears.hear("mix", [1, 2]);
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.12, 3);
    ears.take("mix");
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.15, 3);
  });

  test("[ROUTE9] my own mutes and solos hold for what is not heard elsewhere", async () => {
    ears.hear(receive("mix"), [1]);
    mixer.setMyMix(2, { muted: true, solo: false }, slots);
    const local = mixer.ears.local;
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.12, 3);
    ears.hear(null);
    mixer.setMyMix(2, { muted: false, solo: true }, slots);
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.14, 3);
  });
});

describe("the ears", () => {
  test("[HEAR1] somebody's input is added to my mix, by its own volume", async () => {
    receive("input");
    expect(peak((await record(mixer.myMix))[0])).toBeLessThan(0.16);
    ears.setVolume("input", 0.5);
    await record(mixer.myMix, 0.05);
    const [heard] = await record(mixer.myMix);
    expect(peak(heard)).toBeGreaterThan(0.15 + RECEIVED.input * 0.5 * 0.8);
    expect(peak(heard)).toBeLessThan(0.15 + RECEIVED.input * 0.5 * 1.1);
  });

  test("[HEAR2] a mix is heard in place of what is rendered here, and never beside it", async () => {
    const name = receive("mix");
    await record(mixer.myMix, 0.1);
    /** My own rendering, after its fader. */
    const local = mixer.ears.local;
    const both = Promise.all([record(local, 0.3), record(mixer.myMix, 0.3)]);
    ears.hear(name);
    const [[rendered = new Float32Array()], [mine = new Float32Array()]] = await both;
    expect(rendered.at(-1)).toBe(0);
    expect(peak(mine.slice(-2_000))).toBeCloseTo(RECEIVED.mix, 1);
    // While one gives way to the other there is no more than the louder of both.
    expect(peak(mine)).toBeLessThan(RECEIVED.mix + 0.02);
    ears.hear(null);
    await record(local, 0.1);
    expect(await levelOf(local)).toBeCloseTo(0.15, 2);
    expect(peak((await record(mixer.myMix))[0])).toBeLessThan(0.16);
  });

  test("[HEAR3] a mix that ends in somebody's ears gives way to their own rendering", async () => {
    ears.hear(receive("mix"));
    await record(mixer.myMix, 0.1);
    ears.take("mix");
    expect(ears.mix).toBeNull();
    await record(mixer.myMix, 0.1);
    expect(await levelOf(mixer.myMix)).toBeCloseTo(0.15, 2);
  });

  test("[HEAR2] what is not there is not heard: my own rendering stays", async () => {
    ears.hear("nobody");
    expect(ears.mix).toBeNull();
    expect(await levelOf(mixer.myMix)).toBeCloseTo(0.15, 2);
  });

  test("[ROUTE3] hearing somebody else's mix changes nothing of what I send", async () => {
    const mix = sent("mix");
    ears.hear(receive("mix"));
    expect(await levelOf(mix)).toBeCloseTo(ROOM, 2);
  });

  test("[HRD7] what piles up while the device stands still is left behind, without a gap", async () => {
    const other = createAudioContext();
    try {
      await Promise.all([other.resume(), addWorklet(other, tapUrl)]);
      const tone = new OscillatorNode(other, { frequency: 1_000 });
      const clicks = new GainNode(other, { gain: 0 });
      const sink = new MediaStreamAudioDestinationNode(other);
      tone.connect(clicks).connect(sink);
      tone.start();
      for (let i = 1; i < 100; i++) {
        clicks.gain.setValueAtTime(0.5, other.currentTime + i * EVERY);
        clicks.gain.setValueAtTime(0, other.currentTime + i * EVERY + 0.02);
      }
      mixer.setTracks([], slots);
      const [received] = sink.stream.getAudioTracks();
      ears.put("mix", received!);
      ears.hear("mix");
      /** Seconds from the other device's output to what comes out here, of the middle click. */
      const late = async (): Promise<number> => {
        const silent = new GainNode(other, { gain: 0 });
        const [played, heard] = await Promise.all([
          tap(other, clicks, silent, 1.5),
          tap(context, mixer.myMix, mixer.silence(), 1.5),
        ]);
        const [from, to] = [played, heard].map(({ channels: [samples], sampleRate, hostTime }) =>
          onsets(samples ?? new Float32Array(), sampleRate, { floor: 0.2 }).map((at) => at + hostTime),
        );
        const all = to!.flatMap((at) => {
          const begun = from!.findLast((each) => each < at);
          return begun === undefined ? [] : [at - begun];
        });
        return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
      };
      const before = await late();
      await context.suspend();
      await new Promise((done) => setTimeout(done, 300));
      await context.resume();
      const piled = await late();
      expect(piled).toBeGreaterThan(before + 0.03);
      // A look is begun, and decided half a second later.
      for (let i = 0; i < 10; i++) {
        ears.tick();
        await record(mixer.myMix, 0.1);
      }
      expect(await late()).toBeLessThan(piled - 0.03);
    } finally {
      await other.close();
    }
  });
});
