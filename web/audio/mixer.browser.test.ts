import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addWorklet } from "../platform.ts";
import { createAudioContext } from "./audio-context.ts";
import { ENGINE_CHANNELS } from "./engine.ts";
import { track } from "./fixtures.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import limiterUrl from "./limiter-worklet.ts?worker&url";
import { Mixer } from "./mixer.ts";
import { MINE_PAIR, RETURNS_PAIR, Slots } from "./slots.ts";
import { tap } from "./tap.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import tapUrl from "./tap-worklet.ts?worker&url";

/** Every output of the "engine" is a steady level of its own, so that a sum tells what is in it. */
const LEVELS = new Map([
  [0, 0.01],
  [1, 0.02],
  [RETURNS_PAIR, 0.04],
  [MINE_PAIR, 0.08],
]);

let context: AudioContext;
let mixer: Mixer;
const slots = new Slots();
const tracks = [track(1, []), track(2, [])];
slots.assign([1, 2]);

beforeEach(async () => {
  context = createAudioContext();
  await Promise.all([context.resume(), addWorklet(context, limiterUrl), addWorklet(context, tapUrl)]);
  const merger = new ChannelMergerNode(context, { numberOfInputs: ENGINE_CHANNELS });
  for (const [pair, offset] of LEVELS) {
    const source = new ConstantSourceNode(context, { offset });
    source.connect(merger, 0, 2 * pair);
    source.connect(merger, 0, 2 * pair + 1);
    source.start();
  }
  mixer = new Mixer(context, merger);
  mixer.setTracks(tracks, slots);
});
afterEach(() => context.close());

/** The steady level of both mixes, once ramps have settled. */
async function levels(): Promise<{ room: number; mine: number }> {
  const take = async (node: AudioNode): Promise<number> => {
    const { channels } = await tap(context, node, mixer.silence(), 0.2);
    return Number((channels[0]!.at(-1) as number).toFixed(4));
  };
  const [room, mine] = await Promise.all([take(mixer.roomMix), take(mixer.myMix)]);
  return { room, mine };
}

describe("the mixer", () => {
  test("[AUD21] the room mix is tracks and returns, my mix adds what is mine", async () => {
    expect(await levels()).toEqual({ room: 0.07, mine: 0.15 });
  });

  test("[AUD21] the room's volume, pan and mute act on both mixes", async () => {
    const [first, second] = tracks as [(typeof tracks)[0], (typeof tracks)[0]];
    mixer.setTracks(
      [
        { ...first, volume: 0.5 },
        { ...second, muted: true },
      ],
      slots,
    );
    expect(await levels()).toEqual({ room: 0.045, mine: 0.125 });
    mixer.setTracks([first, { ...second, pan: 1 }], slots);
    expect((await levels()).room).toBe(0.05);
  });

  test("[AUD34] my mute and my solo act on my mix alone", async () => {
    mixer.setMyMix(1, { muted: true, solo: false }, slots);
    expect(await levels()).toEqual({ room: 0.07, mine: 0.14 });
    mixer.setMyMix(1, { muted: false, solo: true }, slots);
    expect(await levels()).toEqual({ room: 0.07, mine: 0.13 });
    mixer.setVolume(0);
    expect(await levels()).toEqual({ room: 0.07, mine: 0.13 });
  });

  test("[AUD21] a slot whose track is gone is silent", async () => {
    mixer.setTracks(tracks.slice(0, 1), slots);
    expect((await levels()).room).toBe(0.05);
  });
});
