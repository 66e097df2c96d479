/**
 * One end of a bare RTCPeerConnection with the browser's default settings: what sends plays onsets or the probe,
 * what hears records what would go to its speakers. Descriptions are carried by whoever drives both pages.
 */
import { createAudioContext } from "../../../web/audio/audio-context.ts";
import { tap } from "../../../web/audio/tap.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import tapUrl from "../../../web/audio/tap-worklet.ts?worker&url";
import { addWorklet } from "../../../web/platform.ts";
import { type Concealment, concealmentOf, type PackedStereo, packStereo } from "./recorded.ts";
import { CLICK_EVERY, probe, PROBE_RATE } from "./sounds.ts";

export interface BareEnd {
  /** Begins to send; returns the offer, with its candidates. */
  offer(): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Onsets from now on, or the probe over and over. */
  play(what: "clicks" | "probe"): void;
  /** What is sent, or what is heard. */
  record(seconds: number): Promise<PackedStereo>;
  concealment(): Promise<Concealment>;
}

declare global {
  interface Window {
    bareStream?: BareEnd;
  }
}

const context = createAudioContext();
const connection = new RTCPeerConnection();
const output = new GainNode(context);
const CLICK = { hertz: 1_046.5, seconds: 0.031 };
/** So many onsets are laid out at once. */
const CLICKS = 400;

// What is not on its way to the speakers is not rendered, and what arrives meanwhile would pile up.
output.connect(context.destination);

const ready = (async () => {
  await Promise.all([context.resume(), addWorklet(context, tapUrl)]);
})();

async function described(description: RTCSessionDescriptionInit): Promise<string> {
  const gathered = new Promise<void>((resolve) => {
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
  await connection.setLocalDescription(description);
  if (connection.iceGatheringState !== "complete") await gathered;
  return connection.localDescription?.sdp ?? "";
}

connection.addEventListener("track", ({ track }) => {
  const stream = new MediaStream([track]);
  const element = new Audio();
  element.muted = true;
  element.srcObject = stream;
  void element.play();
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(output);
});

let playing: AudioNode | null = null;

function clicks(): AudioNode {
  const all = new GainNode(context);
  const first = context.currentTime + 0.2;
  for (let i = 0; i < CLICKS; i++) {
    const at = first + i * CLICK_EVERY;
    const oscillator = new OscillatorNode(context, { frequency: CLICK.hertz });
    const envelope = new GainNode(context, { gain: 0 });
    envelope.gain.setValueAtTime(0, at);
    envelope.gain.linearRampToValueAtTime(0.5, at + 0.001);
    envelope.gain.linearRampToValueAtTime(0, at + CLICK.seconds);
    oscillator.connect(envelope).connect(all);
    oscillator.start(at);
    oscillator.stop(at + CLICK.seconds);
  }
  return all;
}

function probing(): AudioNode {
  const [left, right] = probe();
  const buffer = new AudioBuffer({ length: left.length, numberOfChannels: 2, sampleRate: PROBE_RATE });
  buffer.copyToChannel(left, 0);
  buffer.copyToChannel(right, 1);
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.start();
  return source;
}

window.bareStream = {
  async offer() {
    await ready;
    const sink = new MediaStreamAudioDestinationNode(context);
    output.connect(sink);
    for (const track of sink.stream.getTracks()) connection.addTrack(track, sink.stream);
    return described(await connection.createOffer());
  },
  async answer(offer) {
    await ready;
    await connection.setRemoteDescription({ type: "offer", sdp: offer });
    return described(await connection.createAnswer());
  },
  accept: (answer) => connection.setRemoteDescription({ type: "answer", sdp: answer }),
  play(what) {
    playing?.disconnect();
    playing = what === "clicks" ? clicks() : probing();
    playing.connect(output);
  },
  record: async (seconds) =>
    packStereo(await tap(context, output, new GainNode(context, { gain: 0 }), seconds)),
  concealment: () => concealmentOf([connection]),
};
