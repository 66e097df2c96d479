/**
 * The ladder: which link a replica's edits take. The relay is always there; above it the room's
 * topology names one fast path, which is climbed beside the running one and taken over once it has
 * opened. The one that was left lingers, since the others may not be there yet: meanwhile edits take
 * both. A state and an input give the next state and what to do; links themselves live in the shell.
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
  /** The fast path that was left last: edits take it too, and are heard on it, until it is closed. */
  readonly leaving: { readonly rung: FastRung; readonly until: number } | null;
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
/** Those who are told of a rung at the same time are all on it by then, if their networks are alike. Seconds. */
export const LINGER = 2;

export const START: LadderState = {
  target: "relay",
  current: "relay",
  climbing: null,
  leaving: null,
  retry: null,
};

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
      return proved(state, input.rung, now);
    case "failed":
      return failed(state, input.rung, now);
    case "tick":
      return tick(state, now);
  }
}

/** When `tick` next has something to do, or null. */
export function nextTick({ climbing, leaving, retry }: LadderState): number | null {
  const next = climbing?.deadline ?? retry?.at ?? null;
  if (leaving === null) return next;
  return next === null ? leaving.until : Math.min(next, leaving.until);
}

function climb(state: LadderState, rung: FastRung, now: number): Step {
  return {
    state: { ...state, climbing: { rung, deadline: now + CLIMB_DEADLINE } },
    effects: [{ type: "open", rung }],
  };
}

/**
 * Edits go by `rung` from now on, and by the path they took for a while longer. There are two fast paths:
 * what lingered before is `rung` itself, or is closed.
 */
function use(state: LadderState, rung: Rung, now: number): Step {
  const { current, leaving } = state;
  const effects: LadderEffect[] = [{ type: "use", rung }];
  let lingers = leaving?.rung === rung ? null : leaving;
  if (current !== "relay") {
    if (lingers) effects.push({ type: "close", rung: lingers.rung });
    lingers = { rung: current, until: now + LINGER };
  }
  return { state: { ...state, current: rung, leaving: lingers }, effects };
}

function aim(state: LadderState, target: Rung, now: number): Step {
  const effects: LadderEffect[] = [];
  let next: LadderState = { ...state, target, retry: null };
  if (next.climbing && next.climbing.rung !== target) {
    effects.push({ type: "close", rung: next.climbing.rung });
    next = { ...next, climbing: null };
  }
  if (target === next.current || next.climbing) return { state: next, effects };
  const isThere = target === "relay" || next.leaving?.rung === target;
  const turned = isThere ? use(next, target, now) : climb(next, target, now);
  return { state: turned.state, effects: [...effects, ...turned.effects] };
}

function proved(state: LadderState, rung: FastRung, now: number): Step {
  if (state.climbing?.rung !== rung) return { state, effects: [] };
  return use({ ...state, climbing: null, retry: null }, rung, now);
}

function failed(state: LadderState, rung: FastRung, now: number): Step {
  if (state.leaving?.rung === rung)
    return { state: { ...state, leaving: null }, effects: [{ type: "close", rung }] };
  if (state.climbing?.rung !== rung && state.current !== rung) return { state, effects: [] };
  const failures = (state.retry?.failures ?? 0) + 1;
  const at = now + Math.min(RETRY_CAP, RETRY_FIRST * 2 ** (failures - 1));
  const retry = { at, failures };
  if (state.current !== rung)
    return { state: { ...state, climbing: null, retry }, effects: [{ type: "close", rung }] };
  return {
    state: { ...state, current: "relay", retry },
    effects: [
      { type: "use", rung: "relay" },
      { type: "close", rung },
    ],
  };
}

function tick(state: LadderState, now: number): Step {
  if (state.leaving && now >= state.leaving.until) {
    const left = failed(state, state.leaving.rung, now);
    const { state: next, effects } = tick(left.state, now);
    return { state: next, effects: [...left.effects, ...effects] };
  }
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
