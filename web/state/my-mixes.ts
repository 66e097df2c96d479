/** My own mix: what I mute, solo and turn up for me alone. Nobody else hears or sees it. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Track } from "#shared/music/model.ts";
import type { Player } from "../audio/player.ts";
import { storage } from "./storage.ts";
import type { MyMix, MyMixView } from "./view.ts";

type MixPlayer = Pick<Player, "setCountIn" | "setMetronome" | "setMyMix" | "setVolume">;

const OPEN: MyMix = { muted: false, solo: false };

export class MyMixes implements MyMixView {
  readonly #player: MixPlayer;
  readonly #mixes = new Map<number, Signal<MyMix>>();
  readonly #volume = signal(storage.volume());
  readonly #metronome = signal(storage.flag("metronome"));
  readonly #countIn = signal(storage.flag("countIn"));

  constructor(player: MixPlayer) {
    this.#player = player;
    player.setVolume(this.#volume.peek());
    player.setMetronome(this.#metronome.peek());
    player.setCountIn(this.#countIn.peek());
  }

  get volume(): ReadonlySignal<number> {
    return this.#volume;
  }
  get metronome(): ReadonlySignal<boolean> {
    return this.#metronome;
  }
  get countIn(): ReadonlySignal<boolean> {
    return this.#countIn;
  }

  of(track: number): ReadonlySignal<MyMix> {
    return this.#mix(track);
  }

  set(track: number, change: Partial<MyMix>): void {
    const mix = this.#mix(track);
    mix.value = { ...mix.peek(), ...change };
    this.#player.setMyMix(track, mix.peek());
  }

  /** Forgets tracks that are gone: a solo of a removed track would silence the rest. */
  setTracks(tracks: readonly Track[]): void {
    const alive = new Set(tracks.map((track) => track.id));
    for (const [track, mix] of this.#mixes) {
      if (alive.has(track) || (!mix.peek().solo && !mix.peek().muted)) continue;
      mix.value = OPEN;
      this.#player.setMyMix(track, OPEN);
    }
  }

  setVolume(volume: number): void {
    this.#volume.value = Math.min(1, Math.max(0, volume));
    this.#player.setVolume(this.#volume.peek());
    storage.setVolume(this.#volume.peek());
  }

  setMetronome(on: boolean): void {
    this.#metronome.value = on;
    this.#player.setMetronome(on);
    storage.setFlag("metronome", on);
  }

  setCountIn(on: boolean): void {
    this.#countIn.value = on;
    this.#player.setCountIn(on);
    storage.setFlag("countIn", on);
  }

  #mix(track: number): Signal<MyMix> {
    const mix = this.#mixes.get(track) ?? signal(OPEN);
    this.#mixes.set(track, mix);
    return mix;
  }
}
