/**
 * Which rung a room stands on: a mesh for a few performers, the SFU for more or for an audience.
 * A pure state machine over head counts and time; who builds the links is elsewhere.
 */
import type { Rung, Topology } from "../protocol/messages.ts";

/** Performers that a mesh carries: each sends every edit to every other, so the cost grows with the square. */
export const MESH_PERFORMERS = 4;
/** At or below this many performers a room on the SFU may come back to a mesh. */
export const CALM_PERFORMERS = 3;
/** How long a room must have been that small first, in seconds. */
export const CALM_SECONDS = 60;

export interface TopologyState {
  readonly rung: Rung;
  /** Since when the room has been small enough for a mesh again, in monotonic seconds. */
  readonly calmSince: number | null;
}

export interface TopologyInput {
  /** What the room's maker asked for. */
  readonly wanted: Topology;
  readonly performers: number;
  readonly listeners: number;
  /** Whether a worker lives that could carry the room. */
  readonly sfuAvailable: boolean;
}

/** The rung of a room that nobody has entered yet. */
export function firstTopology(input: TopologyInput): TopologyState {
  return nextTopology({ rung: "relay", calmSince: null }, input, 0);
}

/**
 * The rung that suits `input` at `now` (monotonic seconds).
 *
 * Law: without a change of `input`, asking again at the same `now` gives the same state. A room that has
 * moved to the SFU stays there until it has been calm for a minute, so that one person coming and going
 * does not make everybody connect anew each time.
 */
export function nextTopology(state: TopologyState, input: TopologyInput, now: number): TopologyState {
  if (input.wanted === "relay" || input.wanted === "mesh") return { rung: input.wanted, calmSince: null };
  if (!input.sfuAvailable)
    return { rung: input.performers <= MESH_PERFORMERS ? "mesh" : "relay", calmSince: null };
  if (input.wanted === "sfu") return { rung: "sfu", calmSince: null };
  const small = input.performers <= MESH_PERFORMERS && input.listeners === 0;
  if (state.rung !== "sfu") return { rung: small ? "mesh" : "sfu", calmSince: null };
  if (input.performers > CALM_PERFORMERS || input.listeners > 0) return { rung: "sfu", calmSince: null };
  const calmSince = state.calmSince ?? now;
  return now - calmSince >= CALM_SECONDS ? { rung: "mesh", calmSince: null } : { rung: "sfu", calmSince };
}
