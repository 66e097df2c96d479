/**
 * A mix of some tracks alone, with effects of its own, for who sends only their parts. Beside the room mix and
 * mine it is the third that reads the tracks; nothing leads back from it. Fetched with what else of sound goes out.
 */
import { limiter } from "./limiter-node.ts";
import type { Mixer } from "./mixer.ts";

/** Time constant with which a track comes and goes, s. */
const RAMP = 0.005;

export class PartMix {
  /** After a limiter of its own. */
  readonly output: AudioNode;
  readonly #context: AudioContext;
  readonly #mixer: Pick<Mixer, "tracks" | "trackIn" | "addMix">;
  readonly #gains: readonly GainNode[];
  readonly #remove: () => void;
  #parts: ReadonlySet<number> = new Set();

  constructor(context: AudioContext, mixer: Pick<Mixer, "tracks" | "trackIn" | "addMix">) {
    this.#context = context;
    this.#mixer = mixer;
    const target = new GainNode(context);
    this.#gains = mixer.tracks.map((track) => {
      const gain = new GainNode(context, { gain: 0 });
      track.connect(gain).connect(target);
      return gain;
    });
    this.output = limiter(context);
    target.connect(this.output);
    this.#remove = mixer.addMix({ target, tracks: this.#gains, turn: () => this.#turn() });
  }

  /** Tracks that are not here yet are carried once they are. */
  set(parts: readonly number[]): void {
    this.#parts = new Set(parts);
    this.#turn();
  }

  close(): void {
    this.#remove();
    this.#mixer.tracks.forEach((track, slot) => {
      const gain = this.#gains[slot];
      if (gain) track.disconnect(gain);
    });
    this.output.disconnect();
  }

  #turn(): void {
    this.#gains.forEach(({ gain }, slot) => {
      const track = this.#mixer.trackIn(slot);
      const level = track !== null && this.#parts.has(track) ? 1 : 0;
      gain.cancelScheduledValues(this.#context.currentTime);
      gain.setTargetAtTime(level, this.#context.currentTime, RAMP);
    });
  }
}
