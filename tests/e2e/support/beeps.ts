/** A jam that is nothing but one sharp sound, to time. */

export interface Beeps {
  /** Of a bar's sixteen. */
  readonly steps: readonly number[];
  readonly tempo: number;
  /** Percent; else straight. */
  readonly swing?: number;
}

/** In the page: nothing is left but one sine that begins within a millisecond, and it plays. */
export function playBeeps({ steps, tempo, swing }: Beeps): void {
  const { tutti } = window;
  if (!tutti) throw new Error("the page has no inspector");
  for (const { id } of tutti.inspect().document.tracks) tutti.dispatch({ type: "TRACK_REMOVE", track: id });
  tutti.dispatch({ type: "TRACK_ADD", instrument: "beep" });
  const track = tutti.inspect().document.tracks[0]?.id ?? 0;
  for (const [param, value] of [
    ["attack", 0.001],
    ["decay", 0.01],
    ["release", 0.02],
  ] as const)
    tutti.dispatch({ type: "PARAM_SET", track, param, value });
  const notes = steps.map((step) => ({ step, pitch: 84, velocity: 127, gate: 0.25 }));
  tutti.dispatch({ type: "PATTERN_UPDATE", track, length: 16, notes });
  tutti.dispatch({ type: "TEMPO_SET", tempo });
  if (swing !== undefined) tutti.dispatch({ type: "SWING_SET", swing });
  tutti.dispatch({ type: "PLAYBACK_START" });
}
