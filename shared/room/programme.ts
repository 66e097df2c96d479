/**
 * Who broadcasts to a room's audience: one performer on air and another as a stand-by, chosen from what their pages
 * say of themselves, and moved only for a reason. A pure state machine over room time. Whose packets come is the
 * SFU's to say, and who a leader has chosen the room's; nothing here sends or forwards anything.
 */
import type { Status } from "../protocol/messages.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";

/** Seconds round a planned switch in which both are forwarded: to align the two, and until the late have crossed. */
export const OVERLAP = { before: 2, after: 1 } as const;
/** For the packets of who is named to come: a new session with the SFU, and a second try. Seconds. */
export const PRODUCING_DEADLINE = 6;
/** A stand-by whose packets come first takes over from somebody who has not begun after this time. Seconds. */
const BEGINNING = 1;
/** A clock may lose its lock for a moment. Seconds. */
const WEAK_FOR = 2;
/** Who is better than who broadcasts has to be so for this long, and no move may have been for that long. Seconds. */
const BETTER_FOR = 10;
export const REST = 30;
/** Who has failed is not named for so long, twice as long each time, unless the last time is long ago. Seconds. */
const FIRST_PENALTY = 10;
const LONGEST_PENALTY = 300;
const FORGIVEN_AFTER = 600;
/** A round trip above this says that a network is far or busy, in seconds. */
const GOOD_ROUND_TRIP = 0.15;

/** What makes somebody the better broadcaster, the most important last. */
const GRADE = { onSfu: 1, near: 2, punctual: 4, large: 8, chosen: 16 } as const;

/** A performer who is here. */
export interface Candidate {
  readonly actor: number;
  readonly member: number;
  /** Null until it has reported. */
  readonly status: Status | null;
  /** Its document was not the server's, not long ago. */
  readonly differs: boolean;
}

export interface ProgrammeInput {
  readonly now: RoomTime;
  /** There is an audience, and the room stands on the SFU. */
  readonly isWanted: boolean;
  readonly performers: readonly Candidate[];
  /** Actors of whose programme packets come. */
  readonly flowing: ReadonlySet<number>;
  /** The member whom a leader has chosen. */
  readonly chosen: number | null;
  /** The first bar line that everybody can still hear of, `OVERLAP.before` away at least; null while nothing plays. */
  readonly barLine: () => RoomTime | null;
}

/** Somebody who is to send the programme. Instants are room time; null: not so now. */
interface Named {
  readonly actor: number;
  readonly since: number;
  /** Packets have come since it was named. */
  readonly hasFlowed: boolean;
  readonly silentSince: number | null;
  /** Its clock is not locked, its document differs, or it does not say that it can. */
  readonly weakSince: number | null;
  /** Somebody else is better. */
  readonly beatenSince: number | null;
}

/** How often in a row somebody did not send what it was to, and when last. */
interface Failure {
  readonly count: number;
  readonly at: number;
}

export interface ProgrammeState {
  readonly onAir: Named | null;
  readonly standBy: Named | null;
  /** Of a planned switch, which ends `OVERLAP.after` later: until then the stand-by is the one from whom it goes. */
  readonly at: RoomTime | null;
  /** When who is on air last became so. */
  readonly movedAt: number;
  readonly failures: ReadonlyMap<number, Failure>;
}

export const NO_PROGRAMME: ProgrammeState = {
  onAir: null,
  standBy: null,
  at: null,
  movedAt: Number.NEGATIVE_INFINITY,
  failures: new Map(),
};

/**
 * The programme at `input.now`.
 *
 * Laws: who is named is here, and the stand-by is somebody else; while nothing is asked for, nobody is. Asking again
 * with the same input moves nothing. When the packets of who is heard stop and the stand-by's come, the stand-by
 * is on air at once. No move that nothing forces and no leader asks for comes sooner than `REST` after another.
 */
export function nextProgramme(before: ProgrammeState, input: ProgrammeInput): ProgrammeState {
  const failures = ofThoseHere(before.failures, input);
  if (!input.isWanted) return { ...NO_PROGRAMME, failures };
  const isOver = before.at !== null && input.now >= before.at + OVERLAP.after;
  const seen: ProgrammeState = {
    ...before,
    failures,
    onAir: observed(before.onAir, input),
    standBy: observed(before.standBy, input),
    at: isOver ? null : before.at,
  };
  return settled(seen, input);
}

/** Until nobody moves any more: where a switch is made at once, who was on air may be no good as a stand-by. */
function settled(state: ProgrammeState, input: ProgrammeInput): ProgrammeState {
  const next = planned(manned(relieved(state, input), input), input);
  const stays = next.onAir?.actor === state.onAir?.actor && next.standBy?.actor === state.standBy?.actor;
  return stays ? next : settled(next, input);
}

/** Whose packets are forwarded at `now`. */
export function forwarded({ onAir, standBy, at }: ProgrammeState, now: RoomTime): number[] {
  if (!onAir) return [];
  if (at === null || !standBy) return [onAir.actor];
  if (now < at - OVERLAP.before) return [standBy.actor];
  return [standBy.actor, onAir.actor];
}

/** When to ask again at the latest, though nothing is told meanwhile, beside about twice a second; null: no matter. */
export function programmeDue({ at }: ProgrammeState, now: RoomTime): RoomTime | null {
  if (at === null) return null;
  return roomTime(now < at - OVERLAP.before ? at - OVERLAP.before : at + OVERLAP.after);
}

/** Whether it can broadcast, as far as its page says. */
export function isAble({ status, differs }: Candidate): boolean {
  return status?.fit !== undefined && status.sound === "on" && status.clock.state === "locked" && !differs;
}

function gradeOf({ member, status }: Candidate, chosen: number | null): number {
  if (!status?.fit) return 0;
  const { clock, rung, losing, fit } = status;
  return (
    (member === chosen ? GRADE.chosen : 0) +
    (fit.small ? 0 : GRADE.large) +
    (fit.late === 0 ? GRADE.punctual : 0) +
    (clock.rtt <= GOOD_ROUND_TRIP && losing !== true ? GRADE.near : 0) +
    (rung === "sfu" ? GRADE.onSfu : 0)
  );
}

/** Who can and has not failed lately, the best first: of equals who sends already, then who has been here longest. */
function ranked(state: ProgrammeState, input: ProgrammeInput, except: Named | null): Candidate[] {
  return inOrder(input, except, ({ actor }) => isTrusted(state.failures.get(actor), input));
}

/** The same for a stand-by, which may be somebody who has failed and sends again. */
function seconds(state: ProgrammeState, input: ProgrammeInput): Candidate[] {
  return inOrder(
    input,
    state.onAir,
    ({ actor }) => input.flowing.has(actor) || isTrusted(state.failures.get(actor), input),
  );
}

function isTrusted(failure: Failure | undefined, { now }: ProgrammeInput): boolean {
  if (!failure) return true;
  return now - failure.at >= Math.min(LONGEST_PENALTY, FIRST_PENALTY * 2 ** (failure.count - 1));
}

function inOrder(
  { performers, flowing, chosen }: ProgrammeInput,
  except: Named | null,
  isFree: (each: Candidate) => boolean,
): Candidate[] {
  const order = (each: Candidate): number => gradeOf(each, chosen) * 2 + (flowing.has(each.actor) ? 1 : 0);
  return performers
    .filter((each) => each.actor !== except?.actor && isAble(each) && isFree(each))
    .toSorted((a, b) => order(b) - order(a) || a.actor - b.actor);
}

const candidate = (actor: number, { performers }: ProgrammeInput): Candidate | undefined =>
  performers.find((each) => each.actor === actor);

const named = ({ actor }: Candidate, input: ProgrammeInput): Named => ({
  actor,
  since: input.now,
  hasFlowed: input.flowing.has(actor),
  silentSince: input.flowing.has(actor) ? null : input.now,
  weakSince: null,
  beatenSince: null,
});

function observed(one: Named | null, input: ProgrammeInput): Named | null {
  if (!one) return null;
  const flows = input.flowing.has(one.actor);
  const self = candidate(one.actor, input);
  return {
    ...one,
    hasFlowed: one.hasFlowed || flows,
    silentSince: flows ? null : (one.silentSince ?? input.now),
    weakSince: self && isAble(self) ? null : (one.weakSince ?? input.now),
  };
}

const lasts = (since: number | null, span: number, { now }: ProgrammeInput): boolean =>
  since !== null && now - since >= span;

const soundsBy = ({ actor }: Named, input: ProgrammeInput): boolean =>
  candidate(actor, input)?.status?.sound === "on";

/** Nothing is to be heard of it: it has gone, its sound does not run, or its packets do not come. */
function isOut(one: Named, input: ProgrammeInput): boolean {
  if (!soundsBy(one, input)) return true;
  return one.silentSince !== null && (one.hasFlowed || lasts(one.since, BEGINNING, input));
}

/** It has gone, or its packets have not come for too long. */
const isLost = (one: Named, input: ProgrammeInput): boolean =>
  !candidate(one.actor, input) || lasts(one.silentSince, PRODUCING_DEADLINE, input);

/** Who is heard and is out gives way, by no plan; and who takes its place, if that is out as well. */
function relieved(state: ProgrammeState, input: ProgrammeInput): ProgrammeState {
  const next = relievedOnce(state, input);
  return next === state ? state : relieved(next, input);
}

function relievedOnce(state: ProgrammeState, input: ProgrammeInput): ProgrammeState {
  const { onAir, standBy, at } = state;
  if (!onAir) return state;
  if (at !== null && standBy && input.now < at) {
    if (isOut(onAir, input))
      return withFailure({ ...state, onAir: standBy, standBy: null, at: null }, onAir, input);
    return isOut(standBy, input) ? moved({ ...state, at: null }, input) : state;
  }
  if (!isOut(onAir, input)) return state;
  const isRelieved = standBy !== null && input.flowing.has(standBy.actor) && !isOut(standBy, input);
  if (!isRelieved && soundsBy(onAir, input) && !isLost(onAir, input)) return state;
  return withFailure(moved({ ...state, onAir: standBy, standBy: null, at: null }, input), onAir, input);
}

const moved = (state: ProgrammeState, { now }: ProgrammeInput): ProgrammeState => ({
  ...state,
  movedAt: now,
});

/** Of who has gone nothing is remembered. */
function withFailure(state: ProgrammeState, { actor }: Named, input: ProgrammeInput): ProgrammeState {
  if (!candidate(actor, input)) return state;
  const { now } = input;
  const last = state.failures.get(actor);
  const count = last && now - last.at < FORGIVEN_AFTER ? last.count + 1 : 1;
  return {
    ...state,
    failures: new Map([...state.failures, [actor, { count: Math.min(count, 16), at: now }]]),
  };
}

function ofThoseHere(
  failures: ProgrammeState["failures"],
  input: ProgrammeInput,
): ProgrammeState["failures"] {
  if (failures.size === 0) return failures;
  return new Map([...failures].filter(([actor]) => candidate(actor, input)));
}

/** Both places are taken by who can, as far as there are two. */
function manned(state: ProgrammeState, input: ProgrammeInput): ProgrammeState {
  let next = state;
  if (!next.onAir) {
    const [best] = ranked(next, input, null);
    if (!best) return next;
    next = moved({ ...next, onAir: named(best, input) }, input);
  }
  const { standBy } = next;
  if (standBy && isLost(standBy, input))
    next = withFailure({ ...next, standBy: null, at: null }, standBy, input);
  else if (standBy && next.at === null && lasts(standBy.weakSince, WEAK_FOR, input))
    next = { ...next, standBy: null };
  if (next.standBy) return next;
  const [second] = seconds(next, input);
  return { ...next, standBy: second ? named(second, input) : null };
}

/** Who is on air gives way by plan: to a leader's choice, when it is weak, or to somebody who is better for long. */
function planned(state: ProgrammeState, input: ProgrammeInput): ProgrammeState {
  if (state.at !== null || !state.onAir) return state;
  const [best] = ranked(state, input, state.onAir);
  if (!best) return state;
  const onAir = compared(state.onAir, best, input);
  const standBy = state.standBy && compared(state.standBy, best, input);
  const next = { ...state, onAir, standBy };
  const target = successor(next, best, input);
  if (target === null) {
    const isBetter =
      standBy && lasts(standBy.beatenSince, BETTER_FOR, input) && lasts(standBy.since, REST, input);
    return isBetter ? { ...next, standBy: named(best, input) } : next;
  }
  if (standBy?.actor !== target.actor) return { ...next, standBy: named(target, input) };
  if (!input.flowing.has(target.actor)) return next;
  const switched = {
    ...next,
    onAir: { ...standBy, beatenSince: null },
    standBy: { ...onAir, since: input.now, beatenSince: null },
    // From somebody who is not heard yet it goes at once.
    at: input.flowing.has(onAir.actor) ? input.barLine() : null,
  };
  return moved(onAir.weakSince === null ? switched : withFailure(switched, onAir, input), input);
}

/** Whom the programme is to go to from who is on air; null: it stays. */
function successor(state: ProgrammeState, best: Candidate, input: ProgrammeInput): Candidate | null {
  const { onAir, standBy, movedAt } = state;
  if (!onAir) return null;
  const self = candidate(onAir.actor, input);
  const { chosen } = input;
  if (chosen !== null && best.member === chosen && self?.member !== chosen) return best;
  if (lasts(onAir.weakSince, WEAK_FOR, input)) {
    const second = standBy && candidate(standBy.actor, input);
    return second && isAble(second) && input.flowing.has(second.actor) ? second : best;
  }
  return lasts(onAir.beatenSince, BETTER_FOR, input) && lasts(movedAt, REST, input) ? best : null;
}

function compared(one: Named, best: Candidate, input: ProgrammeInput): Named {
  const self = candidate(one.actor, input);
  // Which rung its edits stand on is no reason to move: its packets come.
  const grade = (each: Candidate): number => gradeOf(each, input.chosen) | GRADE.onSfu;
  const isBeaten = self !== undefined && grade(best) > grade(self);
  return { ...one, beatenSince: isBeaten ? (one.beatenSince ?? input.now) : null };
}
