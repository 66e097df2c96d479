/** What the device around the page is told while it listens: the lock screen, the wake of the screen, coming back. */
import { keepAwake, onDeviceChange } from "../platform.ts";

export interface AttentionHandlers {
  readonly play: () => void;
  readonly stop: () => void;
  /** The page is seen again, or its output is another. */
  readonly resume: () => void;
}

export interface Listened {
  readonly isOn: boolean;
  readonly room: string;
  readonly players: readonly string[];
}

export class Attention {
  readonly #handlers: AttentionHandlers;
  #told = "";
  #isOn = false;
  #release: (() => void) | null = null;

  constructor(handlers: AttentionHandlers) {
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      handlers.resume();
      // The system lets go of the screen with every page that is hidden.
      this.#release = null;
      void this.#stayAwake();
    });
    addEventListener("focus", handlers.resume);
    onDeviceChange(handlers.resume);
  }

  set(listened: Listened): void {
    const told = JSON.stringify(listened);
    if (told === this.#told) return;
    this.#told = told;
    this.#isOn = listened.isOn;
    this.#tellSystem(listened);
    if (!listened.isOn) {
      this.#release?.();
      this.#release = null;
    } else void this.#stayAwake();
  }

  #tellSystem({ isOn, room, players }: Listened): void {
    const { mediaSession } = navigator as { mediaSession?: MediaSession };
    if (!mediaSession) return;
    const { play, stop } = this.#handlers;
    mediaSession.metadata = new MediaMetadata({ title: room, artist: players.join(", "), album: "Tutti" });
    mediaSession.playbackState = isOn ? "playing" : "paused";
    for (const [action, handler] of [
      ["play", play],
      ["pause", stop],
      ["stop", stop],
    ] as const) {
      try {
        mediaSession.setActionHandler(action, handler);
      } catch {
        // A browser that does not know the action has no key for it.
        continue;
      }
    }
  }

  async #stayAwake(): Promise<void> {
    if (!this.#isOn || this.#release || document.hidden) return;
    const release = await keepAwake();
    if (this.#isOn) this.#release = release;
    else release?.();
  }
}
