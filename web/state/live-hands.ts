/**
 * Hands that move: mine as frames to the others, theirs through the jitter buffer into the sound and onto
 * the screen. The rules are `shared/live`'s; here are the clock, the timer and the names of the controls.
 */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Delta, RegisterKey } from "#shared/document/delta.ts";
import { Hand } from "#shared/live/hand.ts";
import { Intake } from "#shared/live/intake.ts";
import { JitterBuffer, type LiveCounts, POINT_INTERVAL, type Taken } from "#shared/live/jitter-buffer.ts";
import { areNotes } from "#shared/live/played-notes.ts";
import { decodeLive, encodeLive } from "#shared/live/movement.ts";
import { asDelayChoice, boundsOf, type DelayChoice, FIXED_DELAY } from "#shared/live/playout-delay.ts";
import { LEVEL, rangeOf, ROOM_TRACK, type Target, targetKey } from "#shared/live/target.ts";
import type { Track } from "#shared/music/model.ts";
import {
  isRoomEffect,
  isTrackEffect,
  ROOM_EFFECTS,
  type RoomEffects,
  TRACK_EFFECTS,
} from "#shared/music/effects.ts";
import { paramById, paramByName } from "#shared/music/params.ts";
import { travelOf, valueAt } from "#shared/music/travel.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import type { Control } from "../audio/controls.ts";
import type { Player } from "../audio/player.ts";
import { WakeTimer } from "../net/wake-timer.ts";
import { storage } from "./storage.ts";
import type { HandDelayView } from "./hands-view.ts";

interface Me {
  readonly actor: number;
  readonly now: RoomTime;
}

export interface LiveHandsOptions {
  readonly player: Pick<Player, "reach" | "moveAt" | "moveNow" | "release">;
  readonly send: (frame: Uint8Array) => void;
  /** Null while there is no clock that others share, or I may not move anything. */
  readonly me: () => Me | null;
  readonly roomNow: () => RoomTime | null;
  /** Grows with every step of the room's clock. */
  readonly generation: () => number;
  readonly roomEffects: () => RoomEffects;
  readonly track: (id: number) => Track | undefined;
  /** What the listener chose. */
  readonly choice: Signal<DelayChoice>;
  /** Where a hand holds a control; null: nobody holds it. */
  readonly show: (track: number, control: string, value: number | null) => void;
}

/** Between two turns, and what points are made ahead for until the next. Seconds. */
const TURN = 0.012;
const AHEAD = 0.02;
/** By then the points that were given out before are heard: what is to stand after them may be said. ms */
const AFTER_POINTS_MS = 150;
/** Without sound the hands of the others move on the screen alone. */
const SILENT_REACH = 0.05;

export class LiveHands implements HandDelayView {
  readonly fixed = FIXED_DELAY;
  readonly #options: LiveHandsOptions;
  readonly #hand = new Hand();
  readonly #buffer: JitterBuffer;
  readonly #intake = new Intake();
  readonly #timer = new WakeTimer(() => this.#turn());
  /** What my hand holds, in each control's own unit. */
  readonly #mine = new Map<string, number>();
  #generation: number;

  constructor(options: LiveHandsOptions) {
    this.#options = options;
    this.#generation = options.generation();
    options.choice.value = asDelayChoice(storage.handDelay());
    this.#buffer = new JitterBuffer({
      delay: boundsOf(options.choice.peek()),
      standing: (target) => this.#standing(target),
    });
  }

  get choice(): ReadonlySignal<DelayChoice> {
    return this.#options.choice;
  }

  choose(choice: DelayChoice): void {
    const chosen = asDelayChoice(choice);
    this.#options.choice.value = chosen;
    storage.setHandDelay(chosen);
    this.#buffer.setDelay(boundsOf(chosen));
  }

  /** Seconds, of the hand that waits longest; null for none. */
  get delay(): number | null {
    return this.#buffer.delay;
  }

  get counts(): LiveCounts {
    return this.#buffer.counts;
  }

  /** All of them share a frame. False where one cannot be told: then edits have to. */
  move(track: number, values: Readonly<Record<string, number>>): boolean {
    const me = this.#options.me();
    const isTold = Object.entries(values).every(
      ([name, value]) => me && this.#moveOne(me, track, name, value),
    );
    this.#turn();
    return isTold;
  }

  #moveOne({ actor, now }: Me, track: number, name: string, value: number): boolean {
    const target = targetOf(track, name);
    const range = target && rangeOf(target);
    if (!range || !this.#hand.move(target, travelOf(range, value), now)) return false;
    const { begunMs } = this.#hand;
    if (begunMs !== null) this.#buffer.hold(target, { begunMs, actor });
    this.#mine.set(targetKey(target), value);
    // Somebody has taken it over since: then their hand is heard, here as everywhere.
    if (!this.#buffer.isMoved(target))
      this.#options.player.moveNow({ track, control: controlOf(target), value });
    return true;
  }

  /** After the edit that says where they stay. */
  letGo(track: number, names: readonly string[]): void {
    const now = this.#options.roomNow();
    if (now === null) return;
    for (const name of names) {
      const target = targetOf(track, name);
      if (!target) continue;
      this.#hand.letGo(target, now);
      this.#buffer.hold(target, null);
      this.#mine.delete(targetKey(target));
      if (!this.#buffer.isMoved(target)) this.#options.player.release(track, controlOf(target));
    }
    this.#turn();
  }

  /** `actor` is null where the server, which has slowed whoever sends too much, names it in the bytes. */
  heard(actor: number | null, bytes: Uint8Array): void {
    if (areNotes(bytes)) return;
    if (actor !== null && !this.#intake.admits(actor, performance.now() / 1_000)) return;
    const now = this.#options.roomNow();
    const frame = now === null ? null : decodeLive(bytes, now * 1_000);
    if (now === null || !frame || (actor === null) === (frame.actor === null)) return;
    const from = actor ?? frame.actor;
    if (from === null || from === this.#options.me()?.actor) return;
    this.#buffer.hear(from, frame, now);
    this.#turn();
  }

  wrote({ writes, stamp }: Delta): void {
    for (const { key } of writes) {
      const target = targetOfKey(key);
      if (target) this.#buffer.wrote(target, stamp.time / 1_000);
    }
  }

  left(actor: number): void {
    this.#buffer.leave(actor);
    this.#intake.leave(actor);
    this.#turn();
  }

  #turn(): void {
    const { player, send, roomNow, generation } = this.#options;
    const now = roomNow();
    if (now === null) return;
    if (generation() !== this.#generation) {
      this.#generation = generation();
      this.#hand.drop();
      this.#mine.clear();
      this.#give(this.#buffer.reset());
    }
    const frame = this.#hand.take(now);
    if (frame) send(encodeLive(frame));
    this.#give(this.#buffer.take(now, (player.reach ?? SILENT_REACH) + POINT_INTERVAL / 2, AHEAD));
    const dues = [this.#hand.due ?? Number.POSITIVE_INFINITY];
    if (this.#buffer.isActive) dues.push(now + TURN);
    const due = Math.min(...dues);
    if (due < Number.POSITIVE_INFINITY) this.#timer.set(Math.max(0.001, due - now));
  }

  #give({ instants, released }: Taken): void {
    const { player, show } = this.#options;
    for (const { time, values } of instants) {
      const moves = values.flatMap(({ target, travel }) => {
        const range = rangeOf(target);
        return range && this.#isHere(target) ? [{ target, value: valueAt(range, travel) }] : [];
      });
      // A point stands until the next one: it is where the hand is in the middle of that.
      player.moveAt(
        roomTime(time - POINT_INTERVAL / 2),
        moves.map(({ target, value }) => ({ track: target.track, control: controlOf(target), value })),
      );
      for (const { target, value } of moves) show(target.track, nameOf(target), value);
    }
    for (const target of released) {
      setTimeout(() => this.#settle(target), AFTER_POINTS_MS);
      if (this.#isHere(target)) show(target.track, nameOf(target), null);
    }
  }

  /** Nobody else's hand is on it: it stands where mine is, or where the document says. */
  #settle(target: Target): void {
    if (this.#buffer.isMoved(target)) return;
    const { player } = this.#options;
    const value = this.#mine.get(targetKey(target));
    const [{ track }, control] = [target, controlOf(target)];
    if (value === undefined) player.release(track, control);
    else player.moveNow({ track, control, value });
  }

  #isHere({ track, kind }: Target): boolean {
    return kind === "room" || this.#options.track(track) !== undefined;
  }

  #standing(target: Target): number | null {
    const range = rangeOf(target);
    const value = range && this.#valuesOf(target)[nameOf(target)];
    return range === null || value === undefined || value === null ? null : travelOf(range, value);
  }

  #valuesOf({ track: id, kind }: Target): Readonly<Record<string, number>> {
    if (kind === "room") return this.#options.roomEffects();
    const track = this.#options.track(id);
    return track ? { ...track.params, ...track.effects, volume: track.volume, pan: track.pan } : {};
  }
}

/** A control by the name that registers and the screen have for it. */
function targetOf(track: number, name: string): Target | null {
  if (name === "volume" || name === "pan") return { track, kind: "level", index: LEVEL[name] };
  if (isRoomEffect(name))
    return track === ROOM_TRACK ? { track, kind: "room", index: ROOM_EFFECTS.indexOf(name) } : null;
  if (isTrackEffect(name)) return { track, kind: "effect", index: TRACK_EFFECTS.indexOf(name) };
  const param = paramByName(name);
  return param ? { track, kind: "param", index: param.id } : null;
}

function targetOfKey(key: RegisterKey): Target | null {
  switch (key.kind) {
    case "param":
      return { track: key.track, kind: "param", index: key.param };
    case "effect":
      return targetOf(key.track, key.effect);
    case "roomEffect":
      return targetOf(ROOM_TRACK, key.effect);
    case "track":
      return key.field === "volume" || key.field === "pan" ? targetOf(key.track, key.field) : null;
    default:
      return null;
  }
}

/** Of a target that has a range. */
function controlOf({ kind, index }: Target): Control {
  if (kind === "level") return index === LEVEL.volume ? "volume" : "pan";
  if (kind === "room") return ROOM_EFFECTS[index] ?? "echoFeedback";
  return kind === "effect" ? (TRACK_EFFECTS[index] ?? "filter") : index;
}

function nameOf(target: Target): string {
  const control = controlOf(target);
  return typeof control === "number" ? (paramById(control)?.name ?? "") : control;
}
