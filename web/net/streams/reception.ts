/**
 * One stream of somebody else's that this page wants: asked for by the way there is, asked for again when it
 * ends or stalls, and taken over by another way only once that one flows. `tick` is its only clock.
 */
import type { AirKind } from "#shared/protocol/messages.ts";
import { type Arrival, arrivalOf, type Counts, countsOf, NO_ARRIVAL } from "./arrival.ts";

/** One attempt to have it. */
export interface Leg {
  /** Null until the connection stands. */
  readonly receiver: RTCRtpReceiver | null;
  /** Idempotent, and silent afterwards. */
  close(): void;
}

/** A way to ask, told from others by identity; `open` begins an attempt, which says when it has ended. */
export interface Way {
  open(actor: number, kind: AirKind, ended: () => void): Leg;
}

interface Running {
  readonly way: Way;
  readonly leg: Leg;
  readonly since: number;
  counts: Counts | null;
  /** When packets were last seen to come. */
  heardAt: number;
}

/** Without a packet for so long it is silent: a stream sends 50 to 100 a second, silence too. ms */
const STALLED_MS = 700;
/** For asking, connecting and the first packet. ms */
const OPEN_DEADLINE_MS = 8_000;
const RETRY = { firstMs: 300, capMs: 4_000 } as const;

export class Reception {
  readonly actor: number;
  readonly kind: AirKind;
  readonly #changed: () => void;
  #current: Running | null = null;
  #next: Running | null = null;
  #retryAt = 0;
  #failures = 0;
  #arrival: Arrival = NO_ARRIVAL;
  #steady = false;
  #closed = false;

  /** `changed`: it flows, has stalled, or comes by another receiver. */
  constructor(actor: number, kind: AirKind, changed: () => void) {
    this.actor = actor;
    this.kind = kind;
    this.#changed = changed;
  }

  /** What it comes by, while it flows. */
  get receiver(): RTCRtpReceiver | null {
    return this.#current?.leg.receiver ?? null;
  }

  get arrival(): Arrival {
    return this.#arrival;
  }

  /** Waits longer for late packets, so that fewer are missing; or as little as the browser can. */
  setSteady(steady: boolean): void {
    this.#steady = steady;
    for (const running of [this.#current, this.#next]) this.#aim(running);
  }

  /** Called a few times a second, with the way there is now: null while there is none. `now` in ms. */
  async tick(way: Way | null, now: number): Promise<void> {
    this.#ask(way, now);
    const [current, next] = [this.#current, this.#next];
    await Promise.all([this.#read(current, now), this.#read(next, now)]);
    if (next && next === this.#next) {
      if (next.counts && next.counts.packets > 0) this.#promote(next);
      else if (now - next.since > OPEN_DEADLINE_MS) this.#end(next, now);
    }
    if (current && current === this.#current && now - current.heardAt > STALLED_MS) this.#end(current, now);
  }

  /** Nothing is told afterwards. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const running of [this.#current, this.#next]) running?.leg.close();
    this.#current = this.#next = null;
  }

  #ask(way: Way | null, now: number): void {
    if (this.#closed || !way || this.#next || this.#current?.way === way || now < this.#retryAt) return;
    let running: Running | null = null;
    const leg = way.open(this.actor, this.kind, () => running && this.#end(running, performance.now()));
    running = { way, leg, since: now, counts: null, heardAt: now };
    this.#next = running;
  }

  #promote(next: Running): void {
    this.#next = null;
    this.#current?.leg.close();
    this.#current = next;
    this.#failures = 0;
    this.#aim(next);
    this.#changed();
  }

  #end(running: Running, now: number): void {
    running.leg.close();
    const wait = Math.min(RETRY.capMs, RETRY.firstMs * 2 ** this.#failures);
    this.#retryAt = now + wait;
    if (running === this.#next) {
      this.#next = null;
      this.#failures += 1;
    } else if (running === this.#current) {
      this.#current = null;
      this.#arrival = NO_ARRIVAL;
      this.#changed();
    }
  }

  #aim(running: Running | null): void {
    const receiver = running?.leg.receiver as { jitterBufferTarget?: number | null } | null | undefined;
    // Where there is no such thing the browser decides alone.
    if (receiver && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = this.#steady ? 200 : null;
  }

  async #read(running: Running | null, now: number): Promise<void> {
    const receiver = running?.leg.receiver;
    if (!running || !receiver) return;
    const counts = countsOf(await receiver.getStats(), now);
    if (!counts) return;
    const before = running.counts;
    if (counts.packets > (before?.packets ?? 0)) running.heardAt = now;
    running.counts = counts;
    if (before && running === this.#current) this.#arrival = arrivalOf(this.#arrival, before, counts);
  }
}
