/** Decides when this connection's status is worth a message: at most once a second, sooner when who is heard directly changes, or that the SFU loses. */
import type { Status } from "#shared/protocol/messages.ts";

const INTERVAL = 1;
const DIRECT_INTERVAL = 0.1;
/** Smaller changes of the clock's figures, in seconds, are noise nobody can see. */
const SHOWN = 0.000_2;
/** What a device renders ahead moves by its blocks. */
const AHEAD_SHOWN = 0.005;

export class StatusReport {
  readonly #send: (status: Status) => boolean;
  #last: { readonly status: Status; readonly at: number } | null = null;

  constructor(send: (status: Status) => boolean) {
    this.#send = send;
  }

  /** A new connection knows nothing of what was told before. */
  forget(): void {
    this.#last = null;
  }

  /**
   * Sends if it is time to; null while there is nobody to tell. Returns when to be asked again, in seconds.
   * `isExact`: somebody wants to know the figures, too; of a listener nobody does.
   */
  turn(now: number, status: Status | null, isExact: boolean): number {
    if (status === null) return Number.POSITIVE_INFINITY;
    const last = this.#last;
    const urgent =
      last !== null &&
      (status.direct.join() !== last.status.direct.join() || status.losing !== last.status.losing);
    if (last && !urgent && !differs(status, last.status, isExact)) return Number.POSITIVE_INFINITY;
    const due = last === null ? now : last.at + (urgent ? DIRECT_INTERVAL : INTERVAL);
    if (now < due) return due;
    if (this.#send(status)) this.#last = { status, at: now };
    return Number.POSITIVE_INFINITY;
  }
}

/** In what can wait. */
function differs(a: Status, b: Status, isExact: boolean): boolean {
  const moved = (["offset", "errorBound", "rtt"] as const).some(
    (of) => Math.abs(a.clock[of] - b.clock[of]) > SHOWN,
  );
  return (
    (isExact && (moved || Math.abs(a.renderAhead - b.renderAhead) > AHEAD_SHOWN)) ||
    a.clock.state !== b.clock.state ||
    a.rung !== b.rung ||
    a.sound !== b.sound ||
    a.fit !== b.fit
  );
}
