/**
 * A page that plays the same notes by somebody else's means. It is given the host's clock, without any
 * error of a network: what is left is how well each of them meets an instant.
 */
import { SuperSonic } from "supersonic-scsynth";
import { addWorklet } from "../../../web/platform.ts";
import { tap } from "../../../web/audio/tap.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import tapUrl from "../../../web/audio/tap-worklet.ts?worker&url";
import { type PackedRecording, packRecording } from "../../e2e/support/recording.ts";

/** "stock": SuperSonic as it comes. "currentTime": one reading of the context's clock, then a node a note. */
export type RivalKind = "stock" | "currentTime";

interface Player {
  readonly context: AudioContext;
  readonly output: AudioNode;
  /** `hostTimes` in Unix seconds. */
  play(hostTimes: readonly number[]): void;
}

declare global {
  interface Window {
    rival?: {
      start(kind: RivalKind): Promise<void>;
      /** Plays the notes and records what is to be heard from now on. */
      record(hostTimes: readonly number[], seconds: number): Promise<PackedRecording>;
    };
  }
}

const SAMPLE_RATE = 48_000;
/** Unix seconds to those of NTP. */
const NTP_EPOCH = 2_208_988_800;
const NOTE = { note: 84, seconds: 0.031 };

async function stock(): Promise<Player> {
  const sonic = new SuperSonic({
    mode: "sab",
    autoConnect: false,
    coreBaseURL: "/supersonic/core/",
    workerBaseURL: "/supersonic/workers/",
    synthdefBaseURL: "/supersonic/synthdefs/",
  });
  await sonic.init();
  await sonic.loadSynthDefs(["sonic-pi-beep"]);
  const voice = ["note", NOTE.note, "attack", 0.001, "decay", 0.01, "release", 0.02] as const;
  return {
    context: sonic.audioContext as unknown as AudioContext,
    output: sonic.node as unknown as AudioNode,
    play(hostTimes) {
      for (const time of hostTimes)
        sonic.sendOSC(
          SuperSonic.osc.encodeBundle(time + NTP_EPOCH, [["/s_new", "sonic-pi-beep", -1, 0, 0, ...voice]]),
        );
    },
  };
}

/** The usual way on the web: an oscillator a note, `start()`ed at an instant reckoned from `currentTime`. */
async function currentTime(): Promise<Player> {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE });
  await context.resume();
  const output = new GainNode(context);
  return {
    context,
    output,
    play(hostTimes) {
      const zero = (performance.timeOrigin + performance.now()) / 1_000 - context.currentTime;
      for (const time of hostTimes) {
        const at = time - zero;
        const oscillator = new OscillatorNode(context, { frequency: 1_046.5 });
        const envelope = new GainNode(context, { gain: 0 });
        envelope.gain.setValueAtTime(0, at);
        envelope.gain.linearRampToValueAtTime(0.5, at + 0.001);
        envelope.gain.linearRampToValueAtTime(0, at + NOTE.seconds);
        oscillator.connect(envelope).connect(output);
        oscillator.start(at);
        oscillator.stop(at + NOTE.seconds);
      }
    },
  };
}

let player: Player | null = null;

window.rival = {
  async start(kind) {
    player = await (kind === "stock" ? stock() : currentTime());
    await addWorklet(player.context, tapUrl);
  },
  async record(hostTimes, seconds) {
    if (!player) throw new Error("not started");
    const { context, output } = player;
    const recording = tap(context, output, new GainNode(context, { gain: 0 }), seconds);
    player.play(hostTimes);
    // There is no room here, and no time of one.
    return packRecording({ ...(await recording), roomTime: 0 });
  },
};
