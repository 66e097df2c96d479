/**
 * How one comes in: from the page that was opened to the jam that sounds, and back to sound after an
 * interruption. Where the page stands in its room is `place.ts`'s; what makes the sound is the player's.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Player } from "../audio/player.ts";
import { soundSupport } from "../platform.ts";
import type { RoomAddress } from "./address.ts";
import { createRoom } from "./create-room.ts";
import { phaseOf } from "./phase.ts";
import type { Place } from "./place.ts";
import type { EntranceView, Phase, SoundStatus } from "./view.ts";

export class Entrance implements EntranceView {
  readonly #player: Player;
  readonly #place: Place;
  readonly #joined = signal(false);

  readonly phase: ReadonlySignal<Phase> = computed(() =>
    phaseOf({
      stage: this.#place.stage.value,
      role: this.#place.role.value,
      joined: this.#joined.value,
      sound: this.#player.status.value,
      locked: this.#place.locked.value,
    }),
  );

  get sound(): ReadonlySignal<SoundStatus> {
    return this.#player.status;
  }

  constructor(player: Player, place: Place) {
    this.#player = player;
    this.#place = place;
  }

  /** The page was opened, at a room's address or at none. */
  open(address: RoomAddress | null): void {
    const support = soundSupport();
    if (support !== "yes") this.#place.end(support === "needs-https" ? "NEEDS_HTTPS" : "SOUND_UNSUPPORTED");
    else if (address) this.#place.enter(address);
  }

  createJam(): void {
    this.join();
    this.#place.stage.value = { kind: "connecting" };
    createRoom("auto").then(
      (created) => {
        if (created.ok) this.#place.enter(created.value);
        else this.#place.end(created.error);
      },
      () => this.#place.end("INTERNAL"),
    );
  }

  join(): void {
    void this.#player.start();
    this.#joined.value = true;
  }

  soundOn(): void {
    this.#joined.value = true;
    void (this.#player.status.peek().state === "off" ? this.#player.start() : this.#player.soundOn());
  }
}
