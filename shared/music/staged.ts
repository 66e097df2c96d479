/**
 * A value that the room's leader changes on a bar line: what holds, and the one change that lies ahead. It is
 * read by the beat, so everybody hears the change at the same place in the bar, and who comes late too.
 */

export interface Staged {
  readonly now: number;
  readonly next: {
    readonly value: number;
    /** From this beat on, a bar line. */
    readonly fromBeat: number;
  } | null;
}

export const NOTHING_STAGED: Staged = { now: 0, next: null };

/** Law: for every beat from `fromBeat` on it is what it is once the change has been settled. */
export const stagedAt = ({ now, next }: Staged, beat: number): number =>
  next && beat >= next.fromBeat ? next.value : now;

/** What it leads to. */
export const settled = ({ now, next }: Staged): number => next?.value ?? now;
