/** The page's end of the release Worker: typed calls in, callbacks out, and its end. */
import type { EngineChannel } from "./engine.ts";
import type { PlanUpdate } from "./planner.ts";
import type { FromReleaser, ReleasedNote, ToReleaser } from "./release-messages.ts";
import type { Maps } from "./release-plan.ts";

export interface ReleaserEvents {
  readonly tick: (missed: number) => void;
  readonly released: (notes: readonly ReleasedNote[]) => void;
  readonly failed: (reason: string) => void;
}

export class Releaser {
  readonly #worker = new Worker(new URL("./release-worker.ts", import.meta.url), { type: "module" });

  constructor(events: ReleaserEvents) {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromReleaser>) => {
      switch (data.type) {
        case "tick":
          return events.tick(data.missed);
        case "released":
          return events.released(data.notes);
      }
    });
    this.#worker.addEventListener("error", (event) =>
      events.failed(event.message || "its Worker did not load"),
    );
  }

  /** `delay` is what lies between the engine and the ear beyond the engine's own, in seconds. */
  open({ channel, transfer, zero }: EngineChannel, delay: number): void {
    this.#worker.postMessage({ type: "open", channel, shift: zero - delay } satisfies ToReleaser, transfer);
  }

  setMaps(maps: Maps): void {
    this.#post({ type: "maps", maps });
  }

  plan(updates: readonly PlanUpdate[]): void {
    for (const update of updates) this.#post({ type: "plan", ...update });
  }

  /** Releases nothing more until plan and maps are told anew. */
  hold(): void {
    this.#post({ type: "hold" });
  }

  close(): void {
    this.#worker.terminate();
  }

  #post(message: ToReleaser): void {
    this.#worker.postMessage(message, []);
  }
}
