// reason: an ambient declaration cannot be imported, and the tests are a project of their own.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./supersonic.d.ts" />
import type { OscChannelSABTransferable } from "supersonic-scsynth";
import { OscChannel } from "supersonic-scsynth/osc-channel";
import { encodeBundle } from "supersonic-scsynth/osc-fast";
import { afterEach, expect, test } from "vitest";
import { onsets } from "../../tests/e2e/onsets.ts";
import { createLocalClock } from "../local-clock.ts";
import { createAudioContext } from "./audio-context.ts";
import { note, track } from "./fixtures.ts";
import { LIMITER_LATENCY } from "./limiter.ts";
import { buildRig, type Rig } from "./rig.ts";
import { Slots } from "./slots.ts";
import { tap } from "./tap.ts";
import { Controls } from "./controls.ts";
import { trackVoice } from "./voice-message.ts";

const BEEP = "sonic-pi-beep";

let rig: Rig | null = null;
afterEach(() => {
  rig?.close();
  rig = null;
});

async function build(mode: "sab" | "postMessage"): Promise<Rig> {
  const context = createAudioContext();
  await context.resume();
  const events = { tick: () => {}, released: () => {}, failed: () => {} };
  rig = await buildRig({
    context,
    clock: createLocalClock(),
    mode,
    base: "/supersonic/",
    events,
    onProgress: () => {},
  });
  return rig;
}

/** With one part in the first slot; `message` is its short high sine, whose synth is not loaded yet. */
async function buildBeep(mode: "sab" | "postMessage") {
  const { context, engine, mixer } = await build(mode);
  const beep = track(7, [note(0)]);
  const slots = new Slots();
  slots.assign([7]);
  mixer.setTracks([beep], slots);
  const controls = new Controls({ context, engine, mixer, slots });
  controls.setTracks([beep]);
  const message = trackVoice(beep, { pitch: 84, velocity: 127, duration: 0.03 }, 0)!;
  return { context, engine, mixer, message };
}

test.each(["sab", "postMessage"] as const)(
  "[AUD1] in %s mode a voice begins within a sample of its tag, wherever in a block that falls",
  async (mode) => {
    const { context, engine, mixer, message } = await buildBeep(mode);
    await engine.loadSynth(BEEP);
    const opened = engine.openChannel();
    const channel = OscChannel.fromTransferable(opened.channel);
    const shift = opened.zero - LIMITER_LATENCY / context.sampleRate;
    const recording = tap(context, mixer.roomMix, mixer.silence(), 2.2);
    const first = Math.ceil(context.currentTime * 48_000) + 9_600;
    // Steps of 4,801 frames walk through every place in a block.
    const frames = Array.from({ length: 18 }, (_, i) => first + i * 4_801);
    for (const frame of frames)
      channel.sendDirect(encodeBundle(frame / 48_000 + shift, [[...message]]).slice());
    const { channels, contextTime } = await recording;
    const begun = onsets(channels[0]!, 48_000).map((time) => Math.round((contextTime + time) * 48_000));
    expect(begun).toHaveLength(frames.length);
    // The first sample of a sine is silent; what is left is the same for every voice.
    const delays = begun.map((frame, index) => frame - (frames[index] as number));
    expect(delays).toEqual(delays.map(() => delays[0]));
    expect([0, 1, 2]).toContain(delays[0]);
    expect(engine.late).toBe(0);
  },
);

test("[AUD57] what is sent while another thread writes to the engine arrives, in its order", async () => {
  const { engine, ...rest } = await buildBeep("sab");
  const { sharedBuffer, controlIndices } = engine.openChannel().channel as OscChannelSABTransferable;
  const ring = new Int32Array(sharedBuffer);
  const lock = controlIndices["IN_WRITE_LOCK"] as number;
  const recording = tap(rest.context, rest.mixer.roomMix, rest.mixer.silence(), 1);
  Atomics.store(ring, lock, 1);
  await engine.loadSynth(BEEP);
  engine.send(rest.message);
  Atomics.store(ring, lock, 0);
  Atomics.notify(ring, lock);
  const { channels } = await recording;
  expect(onsets(channels[0]!, 48_000)).toHaveLength(1);
});
