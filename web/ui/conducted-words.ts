/** What a leader conducts, in words: what is in force, and what comes at which bar. */
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import type { Staged } from "#shared/music/staged.ts";
import type { Conducted } from "../state/view.ts";

const bar = (beat: number): string => `bar ${Math.floor(beat / BEATS_PER_BAR) + 1}`;

function switchWords(
  { now, next }: Staged,
  words: { on: string; goesOn: string; goesOff: string },
): string[] {
  if (!next) return now === 1 ? [words.on] : [];
  return [`${next.value === 1 ? words.goesOn : words.goesOff} ${bar(next.fromBeat)}`];
}

/** `beat` is the heard one, or below 0. */
export function conductedWords(state: Conducted, beat: number): string[] {
  const { polarity, silence, launch, locked, ramp } = state;
  const words = [
    ...switchWords(polarity, { on: "Inverted", goesOn: "Inverts at", goesOff: "Turns back at" }),
    ...switchWords(silence, { on: "All silent", goesOn: "Silent from", goesOff: "Sounds again at" }),
  ];
  if (launch.next) words.push(`Scene ${launch.next.value} at ${bar(launch.next.fromBeat)}`);
  if (ramp && beat >= 0 && beat < ramp.fromBeat + ramp.beats) {
    const when =
      beat < ramp.fromBeat ? `from ${bar(ramp.fromBeat)}` : `by ${bar(ramp.fromBeat + ramp.beats)}`;
    words.push(`To ${ramp.to} ${when}`);
  }
  if (locked) words.push("Locked");
  return words;
}
