/**
 * Passes frames of hands and of notes played live on to those whom they do not reach otherwise. Nothing of them is kept. Whoever sends
 * more than a hand can is slowed down to the newest, not cut off.
 */
import { areNotes } from "#shared/live/played-notes.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { type Bucket, fullBucket, takeToken } from "#shared/room/rate.ts";

const RATE = { perSecond: LIMITS.livePerSecond, burst: LIMITS.livePerSecond };

interface Sender {
  bucket: Bucket;
  /** The newest of its hand's frames and the newest of its notes', whichever has waited longer first. */
  readonly waiting: Map<"hand" | "notes", Uint8Array>;
}

export class LiveRelay {
  readonly #now: () => number;
  readonly #forward: (from: number, frame: Uint8Array) => void;
  readonly #senders = new Map<number, Sender>();
  #timer: NodeJS.Timeout | null = null;

  /** `now` in monotonic seconds; `forward` sends a frame to the others. */
  constructor(now: () => number, forward: (from: number, frame: Uint8Array) => void) {
    this.#now = now;
    this.#forward = forward;
  }

  say(actor: number, frame: Uint8Array): void {
    let sender = this.#senders.get(actor);
    if (!sender) {
      sender = { bucket: fullBucket(RATE, this.#now()), waiting: new Map() };
      this.#senders.set(actor, sender);
    }
    sender.waiting.set(areNotes(frame) ? "notes" : "hand", frame);
    this.#pass();
  }

  leave(actor: number): void {
    this.#senders.delete(actor);
  }

  close(): void {
    this.#senders.clear();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #pass(): void {
    let isAnyWaiting = false;
    for (const [actor, sender] of this.#senders) {
      for (const [sort, frame] of sender.waiting) {
        const bucket = takeToken(sender.bucket, RATE, this.#now());
        if (bucket) {
          sender.bucket = bucket;
          sender.waiting.delete(sort);
          this.#forward(actor, frame);
        } else isAnyWaiting = true;
      }
    }
    if (!isAnyWaiting || this.#timer) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#pass();
      },
      Math.ceil(1_000 / RATE.perSecond),
    );
  }
}
