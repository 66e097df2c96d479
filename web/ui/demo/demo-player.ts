/** A player that makes no sound: where the baton is by the page's own clock, and which notes would be heard. */
import { type Signal, signal } from "@preact/signals";
import type { Jam } from "#shared/music/model.ts";
import { beatOf, segmentAt, tempoOf } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import type { Heard, PlayerView, SoundStatus } from "../../state/view.ts";

type Listener = Parameters<PlayerView["onSounding"]>[0];

const STEPS_PER_BEAT = 4;
const LOOK_MS = 20;
/** How far ahead a note is told. ms */
const AHEAD_MS = 100;

export class DemoPlayer implements PlayerView {
  readonly status: Signal<SoundStatus>;
  readonly #jam: () => Jam;
  readonly #levels = new Map<number, { at: number; velocity: number }>();

  constructor(jam: () => Jam, sound: SoundStatus) {
    this.#jam = jam;
    this.status = signal(sound);
  }

  setJam(): void {}
  setMyMix(): void {}
  setVolume(): void {}
  setMetronome(): void {}
  setCountIn(): void {}

  heard(performanceNow: number): Heard {
    const time = roomTime(performanceNow / 1_000);
    const segment = segmentAt(this.#jam().timeline, time);
    return { beat: beatOf(segment, time), tempo: tempoOf(segment, time), running: segment.running };
  }

  onSounding(listener: Listener): () => void {
    let told = -1;
    const timer = setInterval(() => {
      const at = performance.now() + AHEAD_MS;
      const { beat, running } = this.heard(at);
      const now = running ? Math.floor(beat * STEPS_PER_BEAT) : -1;
      if (now === told) return;
      told = now;
      if (now >= 0) this.#sound(now, at, listener);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }

  level(track: number | null): number {
    if (track === null) return Math.max(0, ...[...this.#levels.keys()].map((each) => this.level(each)));
    const last = this.#levels.get(track);
    if (last === undefined) return 0;
    const age = performance.now() - last.at;
    return age < 0 ? 0 : (last.velocity / 127) * 0.8 * Math.exp(-age / 180);
  }

  audition(track: number, _pitch: number, velocity: number): void {
    this.#levels.set(track, { at: performance.now(), velocity });
  }

  #sound(now: number, at: number, listener: Listener): void {
    for (const { id, muted, pattern } of this.#jam().tracks) {
      const step = now % pattern.length;
      for (const { pitch, velocity } of muted ? [] : pattern.notes.filter((note) => note.step === step)) {
        this.#levels.set(id, { at, velocity });
        listener({ track: id, step, pitch, at });
      }
    }
  }
}
