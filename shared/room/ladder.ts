/**
 * The ladder: which link a replica's edits take. The relay is always there; above it the room's
 * topology names one fast path, which is climbed beside the running one and taken over once it has
 * opened. A state and an input give the next state and what to do; links themselves live in the shell.
 */
import type { Rung } from "../protocol/messages.ts";

export type FastRung = Exclude<Rung, "relay">;

export interface LadderState {
  /** What the room wants. */
  readonly target: Rung;
  /** Where edits go now. */
  readonly current: Rung;
  /** A fast path being opened beside the current one. */
  readonly climbing: { readonly rung: FastRung; readonly deadline: number } | null;
  /** After a failure: when to try again, and how often it has failed in a row. */
  readonly retry: { readonly at: number; readonly failures: number } | null;
}

export type LadderInput =
  | { readonly type: "target"; readonly target: Rung }
  /** The fast path has carried a datagram, or there is nobody yet to carry one to. */
  | { readonly type: "proved"; readonly rung: FastRung }
  | { readonly type: "failed"; readonly rung: FastRung }
  | { readonly type: "tick" };

/** What the shell does, in order. */
export type LadderEffect =
  | { readonly type: "open"; readonly rung: FastRung }
  | { readonly type: "close"; readonly rung: FastRung }
  | { readonly type: "use"; readonly rung: Rung };

/** A WebRTC path that is not open by then is behind a wall; the next try comes later. Seconds. */
const CLIMB_DEADLINE = 12;
const RETRY_FIRST = 4;
const RETRY_CAP = 60;

export const START: LadderState = { target: "relay", current: "relay", climbing: null, retry: null };

interface Step {
  readonly state: LadderState;
  readonly effects: readonly LadderEffect[];
}

/** `now` is any monotonic clock, in seconds. */
export function step(state: LadderState, input: LadderInput, now: number): Step {
  switch (input.type) {
    case "target":
      return input.target === state.target ? { state, effects: [] } : aim(state, input.target, now);
    case "proved":
      return proved(state, input.rung);
    case "failed":
      return failed(state, input.rung, now);
    case "tick":
      return tick(state, now);
  }
}

/** When `tick` next has something to do, or null. */
export const nextTick = (state: LadderState): number | null =>
  state.climbing?.deadline ?? state.retry?.at ?? null;

function climb(state: LadderState, rung: FastRung, now: number): Step {
  return {
    state: { ...state, climbing: { rung, deadline: now + CLIMB_DEADLINE } },
    effects: [{ type: "open", rung }],
  };
}

function aim(state: LadderState, target: Rung, now: number): Step {
  const effects: LadderEffect[] = [];
  let next: LadderState = { ...state, target, retry: null };
  if (next.climbing && next.climbing.rung !== target) {
    effects.push({ type: "close", rung: next.climbing.rung });
    next = { ...next, climbing: null };
  }
  if (target === "relay" && next.current !== "relay") {
    effects.push({ type: "use", rung: "relay" }, { type: "close", rung: next.current as FastRung });
    return { state: { ...next, current: "relay" }, effects };
  }
  if (target === "relay" || target === next.current || next.climbing) return { state: next, effects };
  const climbed = climb(next, target, now);
  return { state: climbed.state, effects: [...effects, ...climbed.effects] };
}

function proved(state: LadderState, rung: FastRung): Step {
  if (state.climbing?.rung !== rung) return { state, effects: [] };
  const effects: LadderEffect[] = [{ type: "use", rung }];
  if (state.current !== "relay") effects.push({ type: "close", rung: state.current });
  return { state: { ...state, current: rung, climbing: null, retry: null }, effects };
}

function failed(state: LadderState, rung: FastRung, now: number): Step {
  if (state.climbing?.rung !== rung && state.current !== rung) return { state, effects: [] };
  const failures = (state.retry?.failures ?? 0) + 1;
  const at = now + Math.min(RETRY_CAP, RETRY_FIRST * 2 ** (failures - 1));
  const wasCurrent = state.current === rung;
  return {
    state: {
      ...state,
      current: wasCurrent ? "relay" : state.current,
      climbing: wasCurrent ? state.climbing : null,
      retry: { at, failures },
    },
    effects: wasCurrent
      ? [
          { type: "use", rung: "relay" },
          { type: "close", rung },
        ]
      : [{ type: "close", rung }],
  };
}

function tick(state: LadderState, now: number): Step {
  if (state.climbing && now >= state.climbing.deadline) return failed(state, state.climbing.rung, now);
  const due = state.retry !== null && now >= state.retry.at && state.climbing === null;
  if (!due || state.target === "relay" || state.target === state.current) return { state, effects: [] };
  const { state: next, effects } = climb(state, state.target, now);
  // The count of failures outlives the try; only a proof clears it. The time is pushed out of the way.
  return {
    state: { ...next, retry: { at: Number.POSITIVE_INFINITY, failures: state.retry.failures } },
    effects,
  };
}
