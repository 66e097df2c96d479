/**
 * What the server writes when a leader conducts: which registers, and on which bar line a change lands. Pure:
 * from the jam, the control and now. Who may conduct was asked before; timers and disk are the room's.
 */
import { applyCommand } from "../document/commands.ts";
import {
  type Conducted,
  type Control,
  CONTROLS,
  type Deed,
  type RegisterKey,
  type Write,
} from "../document/delta.ts";
import type { JamDocument } from "../document/document.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { BEATS_PER_BAR, type Jam } from "../music/model.ts";
import { NOTHING_STAGED, type Staged } from "../music/staged.ts";
import { beatOf, fold, nextAtPhase, rampTempo, segmentAt, timeOf, type Timeline } from "../music/timeline.ts";
import { sameValue, TEMPO_PARTS } from "../document/values.ts";
import type { ControlRefusal, WrittenControl } from "../protocol/controls.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import { viewNumbers } from "./shown-view.ts";

/** What a lead has, in seconds: two round trips and so much, and at the least. */
const PLANNING = 0.15;
const SHORTEST_LEAD = 0.25;
/** A bar line that is due counts as now if it is nearer than this, in seconds: timers wake a little early. */
const NOW = 0.001;
/** Rounding of a beat. */
const SAME_BEAT = 1e-6;

export interface ConductingContext {
  readonly document: JamDocument;
  readonly now: RoomTime;
  /** Seconds. */
  readonly lead: number;
}

/** How far away a bar line must be to be everybody's: seconds, from the performers' round trips. */
export const controlLead = (roundTrips: readonly number[]): number =>
  Math.max(SHORTEST_LEAD, 2 * Math.max(0, ...roundTrips) + PLANNING);

/**
 * The first bar line at least `lead` seconds away, as a beat; null where no music runs there and none is
 * about to.
 */
export function barLine(timeline: Timeline, now: RoomTime, lead: number): number | null {
  const at = roomTime(now + lead);
  const segment = segmentAt(timeline, at);
  if (segment.running) return nextBar(Math.max(beatOf(segment, at), segment.fromBeat));
  const { next } = timeline;
  if (next?.running && next.fromTime > at) return nextBar(next.fromBeat);
  // A stop that is about to come: until then what was heard goes on.
  const before = segmentAt(timeline, now);
  return before.running ? nextBar(beatOf(before, at)) : null;
}

/** The same as an instant. */
export function barLineTime(timeline: Timeline, now: RoomTime, lead: number): RoomTime | null {
  const beat = barLine(timeline, now, lead);
  return beat === null ? null : instantOf(timeline, beat, now);
}

const nextBar = (beat: number): number =>
  Math.round(nextAtPhase(beat - SAME_BEAT, 0, BEATS_PER_BAR) / BEATS_PER_BAR) * BEATS_PER_BAR;

/** When a change that was staged for a beat is heard: on that beat, or when the music stops or begins anew before. */
function instantOf(timeline: Timeline, fromBeat: number, now: RoomTime): RoomTime {
  const { base, next } = fold(timeline, now);
  if (!base.running) return next?.running ? timeOf(next, fromBeat) : now;
  const time = timeOf(base, fromBeat);
  if (!next || time < next.fromTime) return time;
  const goesOn = next.running && Math.abs(beatOf(base, next.fromTime) - next.fromBeat) < SAME_BEAT;
  return goesOn ? timeOf(next, fromBeat) : next.fromTime;
}

const key = (control: Control): RegisterKey => ({ kind: "control", control });

/** Without reading a whole jam: this is asked with every edit. */
const stagedIn = (document: JamDocument, control: Control): Staged =>
  (document.get(key(control))?.value ?? NOTHING_STAGED) as Staged;

/**
 * What a control of this actor's writes: what it does, and whose doing it was; nothing where it changes nothing.
 * "later": one that was staged before is too near to be taken back; this is to be asked again once it is settled.
 */
export function controlWrites(
  control: WrittenControl,
  actor: number,
  context: ConductingContext,
): Result<Write[] | "later", ControlRefusal> {
  const { document } = context;
  const effects = effectsOf(control, actor, context);
  if (!effects.ok || effects.value === "later") return effects;
  const [deed, ...numbers] = deedOf(control);
  const whose: RegisterKey = { kind: "conducted", deed };
  const value: Conducted = [actor, ...numbers];
  // Of these nothing else is written.
  const isItself = control.type === "FOLLOW" || control.type === "LEAD";
  const isNew = isItself ? !sameValue(document.get(whose)?.value ?? null, value) : effects.value.length > 0;
  return ok(isNew ? [...effects.value, { key: whose, value }] : effects.value);
}

function deedOf(control: WrittenControl): [Deed, ...number[]] {
  switch (control.type) {
    case "POLARITY_SYNC":
      return ["polarity", control.polarity === -1 ? 1 : 0];
    case "MUTE_ALL":
      return ["silence", control.on ? 1 : 0];
    case "SCENE_LAUNCH":
      return ["launch", control.scene === null ? 0 : control.scene + 1];
    case "TEMPO_RAMP":
      return ["tempo", Math.round(control.tempo * TEMPO_PARTS), control.bars];
    case "LOCK":
      return ["lock", control.on ? 1 : 0, ...(control.track === null ? [] : [control.track])];
    case "FOLLOW":
      return ["follow", ...(control.view ? viewNumbers(control.view) : [])];
    case "LEAD":
      return ["lead", control.to];
  }
}

/** Whose view everybody follows, as an actor; null while nobody's. */
export function followed(document: JamDocument): number | null {
  const [actor, ...view] = (document.get({ kind: "conducted", deed: "follow" })?.value ?? []) as Conducted;
  return actor === undefined || view.length === 0 ? null : actor;
}

function effectsOf(
  control: WrittenControl,
  actor: number,
  context: ConductingContext,
): Result<Write[] | "later", ControlRefusal> {
  const { document, now, lead } = context;
  const jam = document.jam();
  const { timeline } = jam;
  switch (control.type) {
    case "POLARITY_SYNC":
      return ok(stage("polarity", control.polarity === -1 ? 1 : 0, context));
    case "MUTE_ALL":
      return ok(stage("silence", control.on ? 1 : 0, context));
    case "SCENE_LAUNCH": {
      const { scene } = control;
      if (scene !== null && !jam.scenes.some(({ index }) => index === scene)) return err("NOT_FOUND");
      return ok(stage("launch", scene === null ? 0 : scene + 1, context));
    }
    case "TEMPO_RAMP": {
      const { tempo: to, bars } = control;
      const fromBeat = barLine(timeline, now, lead) ?? 0;
      const ramped = rampTempo(timeline, { to, beats: bars * BEATS_PER_BAR, fromBeat }, now, lead);
      return ok(ramped === timeline ? [] : [{ key: { kind: "room", field: "transport" }, value: ramped }]);
    }
    case "LOCK": {
      const { track, on } = control;
      if (track === null) return ok([{ key: { kind: "setting", setting: "lock" }, value: on }]);
      return hasTrack(jam, track) ? ok([{ key: { kind: "trackLock", track }, value: on }]) : err("NOT_FOUND");
    }
    case "FOLLOW": {
      const track = control.view?.track ?? null;
      return track === null || hasTrack(jam, track) ? ok([]) : err("NOT_FOUND");
    }
    case "LEAD":
      // Who does not lead any more shows nothing either.
      return ok(
        followed(document) === actor && control.to !== actor
          ? [{ key: { kind: "conducted", deed: "follow" }, value: [actor] }]
          : [],
      );
  }
}

const hasTrack = ({ tracks }: Jam, track: number): boolean => tracks.some(({ id }) => id === track);

function stage(control: Control, value: number, context: ConductingContext): Write[] | "later" {
  const { document, now, lead } = context;
  const { timeline } = document.jam();
  const before = stagedIn(document, control);
  if (before.next && instantOf(timeline, before.next.fromBeat, now) < now + lead) return "later";
  const fromBeat = barLine(timeline, now, lead);
  if (fromBeat === null) return reached(control, value, context);
  if (value === before.now)
    return before.next ? [{ key: key(control), value: { ...before, next: null } }] : [];
  const staged: Staged = { now: before.now, next: { value, fromBeat } };
  return [{ key: key(control), value: staged }];
}

/** A scene that is reached is selected, as if by hand; whatever else is reached stays in its register. */
function reached(control: Control, value: number, { document, now, lead }: ConductingContext): Write[] {
  if (control !== "launch") return [{ key: key(control), value: { now: value, next: null } }];
  const over: Write = { key: key("launch"), value: NOTHING_STAGED };
  if (value === 0) return [over];
  const recalled = applyCommand(
    document,
    { type: "SCENE_RECALL", scene: value - 1 },
    { now, lead, actor: 0 },
  );
  return recalled.ok ? [over, ...recalled.value] : [over];
}

/**
 * What has come to be: changes whose bar line is past are settled, so that they hold in the next run of the
 * music too, whose beats begin anew. `due` is when the next is to be settled; null for none.
 */
export function settleControls(context: ConductingContext): { writes: Write[]; due: RoomTime | null } {
  const { document, now } = context;
  const writes: Write[] = [];
  let due: RoomTime | null = null;
  for (const control of CONTROLS) {
    const { next } = stagedIn(document, control);
    if (!next) continue;
    const at = instantOf(document.jam().timeline, next.fromBeat, now);
    if (at <= now + NOW) writes.push(...reached(control, next.value, context));
    else due = due === null || at < due ? at : due;
  }
  return { writes, due };
}
