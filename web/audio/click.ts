/** The metronome and the count-in: beats as plan entries that only I hear. */
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import { beatOf, type Segment, timeOf, type Timeline } from "#shared/music/timeline.ts";
import type { RoomTime } from "#shared/time/instants.ts";
import { GROUPS } from "./engine.ts";
import type { PlanEntry } from "./release-plan.ts";
import { MINE_PAIR } from "./slots.ts";

export const CLICK_SYNTH = "sonic-pi-beep";

export interface ClickOptions {
  /** On every beat. */
  readonly metronome: boolean;
  /**
   * "before": the bar before beat 0 of a start that is far enough ahead. "first-bar": the start is too
   * near for a bar before it, so the first bar itself is counted.
   */
  readonly countIn: "off" | "before" | "first-bar";
}

/** Rounding of a beat at which two stretches of the timeline meet. */
const SAME_BEAT = 1e-6;

/** The clicks in `[from, to)`. */
export function clicks(timeline: Timeline, from: RoomTime, to: RoomTime, options: ClickOptions): PlanEntry[] {
  if (!options.metronome && options.countIn === "off") return [];
  const { base, next } = timeline;
  const end = next ? Math.min(to, next.fromTime) : to;
  const entries: PlanEntry[] = [];
  if (base.running) entries.push(...segmentClicks(base, base.fromBeat, from, end, options));
  if (next?.running) {
    const counts = options.countIn === "before" && !base.running && next.fromBeat === 0;
    entries.push(...segmentClicks(next, counts ? -BEATS_PER_BAR : next.fromBeat, from, to, options));
  }
  return entries;
}

function segmentClicks(
  segment: Segment,
  fromBeat: number,
  from: RoomTime,
  to: number,
  options: ClickOptions,
): PlanEntry[] {
  const entries: PlanEntry[] = [];
  const first = Math.max(fromBeat, beatOf(segment, from));
  for (let beat = Math.ceil(first - SAME_BEAT); ; beat++) {
    const time = timeOf(segment, beat);
    if (time >= to - SAME_BEAT) return entries;
    if (isCounted(beat, options)) entries.push(click(beat, time));
  }
}

const isCounted = (beat: number, { metronome, countIn }: ClickOptions): boolean =>
  metronome || beat < 0 || (countIn === "first-bar" && beat < BEATS_PER_BAR);

function click(beat: number, time: RoomTime): PlanEntry {
  const accent = beat % BEATS_PER_BAR === 0;
  const voice = ["note", accent ? 96 : 89, "amp", accent ? 0.4 : 0.25, "attack", 0, "sustain", 0.01];
  return {
    step: 0,
    pitch: 0,
    tick: beat,
    time,
    message: ["/s_new", CLICK_SYNTH, -1, 0, GROUPS.mine, ...voice, "release", 0.03, "out_bus", 2 * MINE_PAIR],
  };
}
