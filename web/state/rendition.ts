/**
 * The jam as it is seen and heard here. Of what an edit changed the cells come first, since that is what
 * people wait for; then whoever times edits is told, and the rest of the screen and the player follow. Whose
 * edit it is, and what is said of it, is not asked here.
 */
import type { ReadonlySignal } from "@preact/signals";
import type { Delta, RegisterKey } from "#shared/document/delta.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Jam } from "#shared/music/model.ts";
import type { Player } from "../audio/player.ts";
import type { Conducting } from "./conducting.ts";
import { JamSignals, type JamSignalsOptions } from "./jam-signals.ts";
import type { MyMixes } from "./my-mixes.ts";
import type { SoundStatus } from "./view.ts";

/** Between two looks at what time alone changes on screen (a pending start). ms */
const TRANSPORT_POLL_MS = 100;

export interface RenditionOptions extends JamSignalsOptions {
  readonly player: Pick<Player, "setJam"> & { readonly status: ReadonlySignal<SoundStatus> };
  readonly myMix: Pick<MyMixes, "setTracks">;
  readonly conducting: Pick<Conducting, "read">;
}

export class Rendition {
  readonly #options: RenditionOptions;
  readonly #applied = new Emitter<{ applied: Delta }>();
  /** The jam that the player has. */
  #played: Jam | null = null;
  readonly signals: JamSignals;

  constructor(options: RenditionOptions) {
    this.#options = options;
    this.signals = new JamSignals(options);
    setInterval(() => this.signals.readTransport(), TRANSPORT_POLL_MS);
  }

  /** Told of each delta once the document holds it and the cells know, one's own too. Returns the end of it. */
  onApplied(listener: (delta: Delta) => void): () => void {
    return this.#applied.on("applied", listener);
  }

  /** The document holds these deltas, which changed these registers. */
  applied(deltas: readonly Delta[], keys: readonly RegisterKey[]): void {
    this.signals.updateCells(keys);
    for (const delta of deltas) this.#applied.emit("applied", delta);
    this.update(keys);
  }

  /** Another document, or another transport of one's own. */
  replaced(): void {
    this.signals.refresh();
    this.update([]);
  }

  /** All but the cells; no keys stand for all. Before there is sound the player gets it once it is painted. */
  update(keys: readonly RegisterKey[]): void {
    const { conducting, jam, player } = this.#options;
    this.signals.update(keys);
    // A leader conducts by registers of the room's.
    if (keys.length === 0 || keys.some((key) => !("track" in key))) conducting.read(jam());
    if (player.status.peek().state === "off") requestAnimationFrame(() => setTimeout(() => this.play()));
    else this.play();
  }

  /** The player gets the jam as it is, once while it sounds. */
  play(): void {
    const { myMix, player } = this.#options;
    const jam = this.#options.jam();
    if (jam === this.#played && player.status.peek().state === "running") return;
    this.#played = jam;
    player.setJam(jam);
    myMix.setTracks(jam.tracks);
  }
}
