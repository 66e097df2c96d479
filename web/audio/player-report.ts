/** What a player says of its device and its engine: figures for people and for tests, of the sound as it stands. */
import type { Conductor } from "./conductor.ts";
import type { Rig } from "./rig.ts";

/** The device as it describes itself. */
export interface PlayerOutput {
  /** "" for the system's default. */
  readonly sinkId: string;
  readonly outputLatency: number;
  /** Seconds it renders ahead of its speakers, the trim included. */
  readonly renderAhead: number;
  /** It reports what it plays when; else that is put together from its latency. */
  readonly reported: boolean;
  /** Transport changes learned of too late. */
  readonly phaseJumps: number;
}

/** Zeros while nothing sounds. */
export interface PlayerFigures {
  readonly sampleRate: number;
  readonly contextTime: number;
  readonly outputLatency: number;
  /** Notes that reached the engine too late. */
  readonly late: number;
  /** Transport changes learned of too late to be heard at their instant: the music jumped here, and nowhere else. */
  readonly phaseJumps: number;
  /** Room time up to which notes are planned; null while nothing is. */
  readonly scheduledUntil: number | null;
}

/** While there is a device that sounds. */
interface Sounding {
  readonly rig: Rig;
  readonly conductor: Conductor;
}

export function outputOf({ rig, conductor }: Sounding): PlayerOutput {
  const { context, clock } = rig;
  // Chromium's; not in the DOM's types, and an object where the sound goes nowhere.
  const { sinkId } = context as { sinkId?: unknown };
  return {
    sinkId: typeof sinkId === "string" ? sinkId : "",
    outputLatency: context.outputLatency || context.baseLatency || 0,
    renderAhead: clock.renderAhead,
    reported: !clock.isEstimated,
    phaseJumps: conductor.phaseJumps,
  };
}

export const figuresOf = (sounding: Sounding | null): PlayerFigures => ({
  sampleRate: sounding?.rig.context.sampleRate ?? 0,
  contextTime: sounding?.rig.context.currentTime ?? 0,
  outputLatency: sounding?.rig.context.outputLatency ?? 0,
  late: sounding?.rig.engine.late ?? 0,
  phaseJumps: sounding?.conductor.phaseJumps ?? 0,
  scheduledUntil: sounding?.conductor.horizon ?? null,
});
