/** A page that hands the shipped engine notes for audio times it knows, and hears at which they begin. */
import { OscChannel } from "supersonic-scsynth/osc-channel";
import { encodeBundle } from "supersonic-scsynth/osc-fast";
import { seededRandom } from "#shared/lib/random.ts";
import { createAudioContext, SAMPLE_RATE } from "../../../web/audio/audio-context.ts";
import { note, track } from "../../../web/audio/fixtures.ts";
import { LIMITER_LATENCY } from "../../../web/audio/limiter.ts";
import { buildRig } from "../../../web/audio/rig.ts";
import { Slots } from "../../../web/audio/slots.ts";
import { tap } from "../../../web/audio/tap.ts";
import { trackVoice } from "../../../web/audio/voice-message.ts";
import { createLocalClock } from "../../../web/local-clock.ts";
import { onsets } from "../../e2e/onsets.ts";

export interface Inside {
  /** Frames of the context's time that were asked for, and at which a note was heard to begin. */
  readonly asked: readonly number[];
  readonly heard: readonly number[];
  readonly late: number;
}

declare global {
  interface Window {
    inside?: (notes: number) => Promise<Inside>;
  }
}

/** Frames between two notes: over a note's length, and at random from there. */
const LEAST_GAP = 3_840;
const SPREAD = 960;
const LEAD_SECONDS = 0.12;

window.inside = async (notes) => {
  const context = createAudioContext();
  await context.resume();
  const rig = await buildRig({
    context,
    clock: createLocalClock(),
    mode: "sab",
    base: "/supersonic/",
    events: { tick: () => {}, released: () => {}, failed: () => {} },
    onProgress: () => {},
  });
  const beep = track(7, [note(0)]);
  const slots = new Slots();
  slots.assign([beep.id]);
  rig.mixer.setTracks([beep], slots);
  await rig.engine.loadSynth("sonic-pi-beep");
  const opened = rig.engine.openChannel();
  const channel = OscChannel.fromTransferable(opened.channel);
  const message = trackVoice(beep, { pitch: 84, velocity: 127, duration: 0.03 }, 0);
  if (!message) throw new Error("no voice");
  const random = seededRandom(7);
  let frame = Math.ceil((context.currentTime + 0.4) * SAMPLE_RATE);
  const asked = Array.from({ length: notes }, () => (frame += LEAST_GAP + Math.floor(random() * SPREAD)));
  const shift = opened.zero - LIMITER_LATENCY / SAMPLE_RATE;
  const recording = tap(
    context,
    rig.mixer.roomMix,
    rig.mixer.silence(),
    frame / SAMPLE_RATE - context.currentTime + 0.2,
  );
  let next = 0;
  const timer = setInterval(() => {
    const until = (context.currentTime + LEAD_SECONDS) * SAMPLE_RATE;
    for (; next < asked.length && (asked[next] as number) < until; next++)
      channel.sendDirect(encodeBundle((asked[next] as number) / SAMPLE_RATE + shift, [[...message]]).slice());
  }, 20);
  const { channels, contextTime } = await recording;
  clearInterval(timer);
  const heard = onsets(channels[0] as Float32Array, SAMPLE_RATE).map((time) =>
    Math.round((contextTime + time) * SAMPLE_RATE),
  );
  const { late } = rig.engine;
  rig.close();
  return { asked, heard, late };
};
