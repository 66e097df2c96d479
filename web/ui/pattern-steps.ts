/** The ways from one pattern of a part to another. */
import type { Track } from "#shared/music/model.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { SessionView } from "../state/view.ts";

/** The first pattern that holds no notes and is not the one shown; null when there is none. */
export function freePattern({ filled, patternIndex }: Pick<Track, "filled" | "patternIndex">): number | null {
  for (let index = 0; index < LIMITS.patterns; index++)
    if (index !== patternIndex && !filled.includes(index)) return index;
  return null;
}

/** Where a copy of the pattern that is shown would go; null where it is empty, or there is no room. */
export const copyTarget = (track: Pick<Track, "filled" | "patternIndex">): number | null =>
  track.filled.includes(track.patternIndex) ? freePattern(track) : null;

/** The next (1) or previous (-1) of those that hold notes and one that is free, round and round. */
export function patternInUse(track: Pick<Track, "filled" | "patternIndex">, by: 1 | -1): number {
  // Who is at an empty one already is not led to another.
  const free = copyTarget(track);
  const places = [
    ...new Set([...track.filled, track.patternIndex, ...(free === null ? [] : [free])]),
  ].toSorted((a, b) => a - b);
  const at = places.indexOf(track.patternIndex) + by + places.length;
  return places[at % places.length] ?? track.patternIndex;
}

/** Copies the pattern that is shown to the first free one and shows that, as one entry of undo; an empty one is not copied. */
export function copyOnward(session: Pick<SessionView, "dispatch" | "gesture">, track: Track): void {
  const to = copyTarget(track);
  if (to === null) return;
  const end = session.gesture();
  const copied = session.dispatch({ type: "PATTERN_COPY", track: track.id, from: track.patternIndex, to });
  if (copied.ok) session.dispatch({ type: "PATTERN_SELECT", track: track.id, pattern: to });
  end();
}
