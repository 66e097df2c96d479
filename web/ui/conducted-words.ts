/** What a leader conducts, in words: what is in force, what comes at which bar, and whose doing it is. */
import type { Conducted, Deed } from "#shared/document/delta.ts";
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import type { Staged } from "#shared/music/staged.ts";
import type { ConductedState } from "../state/view.ts";

type Phrase = readonly [deed: Deed, words: string];

const bar = (beat: number): string => `bar ${Math.floor(beat / BEATS_PER_BAR) + 1}`;

function switchWords(
  { now, next }: Staged,
  words: { on: string; goesOn: string; goesOff: string },
): string[] {
  if (!next) return now === 1 ? [words.on] : [];
  return [`${next.value === 1 ? words.goesOn : words.goesOff} ${bar(next.fromBeat)}`];
}

function phrases(state: ConductedState, beat: number): Phrase[] {
  const { polarity, silence, launch, locked, ramp } = state;
  const said: Phrase[] = [];
  const say = (deed: Deed, ...words: string[]): void => {
    for (const each of words) said.push([deed, each]);
  };
  say(
    "polarity",
    ...switchWords(polarity, { on: "inverted", goesOn: "inverts at", goesOff: "turns back at" }),
  );
  say(
    "silence",
    ...switchWords(silence, { on: "all silent", goesOn: "silent from", goesOff: "sounds again at" }),
  );
  if (launch.next) say("launch", `scene ${launch.next.value} at ${bar(launch.next.fromBeat)}`);
  if (ramp && beat >= 0 && beat < ramp.fromBeat + ramp.beats) {
    const when =
      beat < ramp.fromBeat ? `from ${bar(ramp.fromBeat)}` : `by ${bar(ramp.fromBeat + ramp.beats)}`;
    say("tempo", `to ${ramp.to} ${when}`);
  }
  if (locked) say("lock", "locked");
  return said;
}

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);

/**
 * "Ada: inverts at bar 9 · all silent · Ben: locked". `beat` is the heard one, or below 0; `who` gives a name
 * for an actor, or null.
 */
export function conductedWords(
  state: ConductedState,
  beat: number,
  who: (actor: number) => string | null = () => null,
): string {
  let last: string | null = null;
  return phrases(state, beat)
    .map(([deed, words]) => {
      const [actor]: Conducted = state.deeds[deed] ?? [];
      const name = actor === undefined ? null : who(actor);
      const isSame = name === last;
      last = name;
      return name === null ? capital(words) : isSame ? words : `${name}: ${words}`;
    })
    .join(" · ");
}

/** What the status line says once when the lead has gone to somebody; `who` as above, "You" for this person. */
export function leadWords([by, to]: Conducted, who: (actor: number) => string | null): string | null {
  const leader = to === undefined ? null : who(to);
  if (by === undefined || leader === null) return null;
  const leads = leader === "You" ? "You lead" : `${leader} leads`;
  if (by === to) return `${leads} now.`;
  return `${leads} now: ${who(by) ?? "a leader"} handed it over.`;
}
