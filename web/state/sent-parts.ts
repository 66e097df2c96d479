/**
 * Which tracks my mix carries, and which the others are told. They hear those tracks from me in place of their
 * own, so the law is: what is told is never less than what is on its way. What comes is told before it is sent,
 * and what goes is told once the last of it has arrived.
 */

/** Null: all of them. */
export type Parts = readonly number[] | null;

export interface SentPartsOptions {
  /** Sends these from now on. */
  readonly sound: (parts: Parts) => void;
  readonly tell: (parts: Parts) => void;
  /** The tracks there are: what is told is among them, and so bounded. One that is gone is not heard either. */
  readonly tracks: () => readonly { readonly id: number }[];
  /** Calls back once; returns its cancelling. */
  readonly wait: (ms: number, then: () => void) => () => void;
}

/** From a word to its effect on every page. ms */
export const TOLD_MS = 300;
/** From the last sample that is sent to its being heard, in a jitter buffer at its longest. ms */
export const ARRIVED_MS = 1_000;

export class SentParts {
  readonly #options: SentPartsOptions;
  #told: Parts = null;
  #cancel: () => void = () => {};

  constructor(options: SentPartsOptions) {
    this.#options = options;
  }

  /** While nothing is sent it is so at once; or in two steps. */
  choose(parts: Parts, isSent: boolean): void {
    const { sound, wait } = this.#options;
    this.#cancel();
    if (!isSent) {
      sound(parts);
      return this.#tell(parts);
    }
    this.#tell(this.#told && parts ? [...new Set([...this.#told, ...parts])] : null);
    this.#cancel = wait(TOLD_MS, () => {
      sound(parts);
      this.#cancel = wait(ARRIVED_MS, () => this.#tell(parts));
    });
  }

  /** Idempotent. */
  close(): void {
    this.#cancel();
  }

  #tell(parts: Parts): void {
    const there = new Set(this.#options.tracks().map(({ id }) => id));
    this.#told = parts && parts.filter((track) => there.has(track));
    this.#options.tell(this.#told);
  }
}

/** Those of which more than half of the notes are mine as they stand. */
export function partsOf(
  tracks: readonly {
    readonly id: number;
    readonly pattern: { readonly notes: readonly { readonly step: number; readonly pitch: number }[] };
  }[],
  isMine: (track: number, step: number, pitch: number) => boolean,
): number[] {
  return tracks
    .filter(({ id, pattern: { notes } }) => {
      const mine = notes.filter(({ step, pitch }) => isMine(id, step, pitch)).length;
      return mine * 2 > notes.length;
    })
    .map(({ id }) => id);
}
