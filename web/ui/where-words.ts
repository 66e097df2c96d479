/** Where a hand is, in words. Pure. */
import { EFFECTS, isRoomEffect } from "#shared/music/effects.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import type { Place } from "#shared/protocol/messages.ts";

/** "at Kick, step 6", "on Cutoff of Bass", "holds Volume of Bass", "on Echo feedback", "at Bass", "at History". */
export function whereWords(at: Place, tracks: readonly Track[]): string {
  const on = at.held === true ? "holds" : "on";
  if (at.track === undefined && at.param !== undefined)
    return isRoomEffect(at.param) ? `${on} ${EFFECTS[at.param].label}` : "";
  if (at.track === undefined) return at.panel === undefined ? "" : `at ${at.panel}`;
  const track = tracks.find(({ id }) => id === at.track);
  const part = track?.name ?? "a part";
  if (at.param !== undefined) return `${on} ${knobName(at.param, track)} of ${part}`;
  return at.step === undefined ? `at ${part}` : `at ${part}, step ${at.step + 1}`;
}

/** As the knob is labelled; what is not one of this part's stays as it was told, in part. */
function knobName(param: string, track: Track | undefined): string {
  const knob = track && instrumentById(track.instrument)?.knobs.find((each) => each.param === param)?.label;
  return knob ?? param.charAt(0).toUpperCase() + param.slice(1, 20);
}
