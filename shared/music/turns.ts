/**
 * Which pattern of a track sounds in a bar: the one that is selected, or while the chain is on, the one
 * of the section that the bar falls into. A function of the track and the bar alone, so everybody hears
 * the same, and who comes late lands in the right place.
 */
import { BEATS_PER_BAR, type Pattern, type Track } from "./model.ts";

export interface Playing {
  readonly patternIndex: number;
  readonly pattern: Pattern;
  /** The bar with which the pattern begins at its first step. */
  readonly fromBar: number;
}

/**
 * The section that a bar since the start falls into, where sections follow one another and come round
 * again; null without any.
 */
export function sectionAt(
  sections: readonly { readonly bars: number }[],
  bar: number,
): { readonly index: number; readonly fromBar: number } | null {
  const round = sections.reduce((sum, { bars }) => sum + bars, 0);
  let fromBar = bar - (bar % round);
  for (const [index, { bars }] of sections.entries()) {
    if (bar < fromBar + bars) return { index, fromBar };
    fromBar += bars;
  }
  return null;
}

/**
 * What a track plays in the `bar`-th bar since the start. A scene that was called comes before the chain,
 * and turns like a pattern that was selected. A section begins each time with its pattern's
 * first step; without a chain the pattern turns in its own length from bar 0 on.
 */
export function playingAt(track: Track, bar: number): Playing {
  const { launch } = track;
  if (launch && bar * BEATS_PER_BAR >= launch.fromBeat)
    return { patternIndex: launch.patternIndex, pattern: launch.pattern, fromBar: 0 };
  const section = sectionAt(track.turns, bar);
  const { patternIndex, pattern } = (section && track.turns[section.index]) ?? track;
  return { patternIndex, pattern, fromBar: section?.fromBar ?? 0 };
}
