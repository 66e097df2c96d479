/** How long the audience's page waits for what before it does something else. Pure: instants are handed in, in ms. */

/** Nobody sends a programme for so long: the jam is rendered instead. */
export const PATIENCE_MS = 3_000;
/** It is sent, and nothing of it comes through for so long. */
export const CUT_MS = 8_000;
/** What renders does not sound for so long: it wants a press. */
export const PRESS_MS = 1_500;

export interface Seen {
  readonly now: number;
  /** The room is known. */
  readonly isHere: boolean;
  readonly hasProgramme: boolean;
  /** The stream is wished for now. */
  readonly isAwaited: boolean;
  /** Packets come. */
  readonly isFlowing: boolean;
  /** The browser keeps the renderer from sounding. */
  readonly isHeld: boolean;
}

export interface Verdict {
  readonly isOverdue: boolean;
  readonly isCut: boolean;
  readonly needsPress: boolean;
}

export class Patience {
  #noProgrammeSince: number;
  #nothingSince: number | null = null;
  #heldSince: number | null = null;
  #isCut = false;

  constructor(now: number) {
    this.#noProgrammeSince = now;
  }

  /** Something has changed that may help: the network, the server, or what is chosen. */
  forgive(now: number): void {
    this.#noProgrammeSince = now;
    this.#nothingSince = null;
    this.#isCut = false;
  }

  /** Law: what is cut stays so until it is forgiven, since a stream that is not asked for cannot come. */
  turn({ now, isHere, hasProgramme, isAwaited, isFlowing, isHeld }: Seen): Verdict {
    if (hasProgramme) this.#noProgrammeSince = now;
    this.#nothingSince = isAwaited && hasProgramme && !isFlowing ? (this.#nothingSince ?? now) : null;
    if (this.#nothingSince !== null && now - this.#nothingSince > CUT_MS) this.#isCut = true;
    this.#heldSince = isHeld ? (this.#heldSince ?? now) : null;
    return {
      isOverdue: isHere && now - this.#noProgrammeSince > PATIENCE_MS,
      isCut: this.#isCut,
      needsPress: this.#heldSince !== null && now - this.#heldSince > PRESS_MS,
    };
  }
}
