/**
 * What the others play live, as it is to be heard: each note at its own instant and a delay, kept for its
 * end, so that it lasts as long as it was held. What comes too late to sound there is left out and counted.
 * A note that is not told of any more ends, so that nothing hangs. Frames may come twice, late or out of
 * order: a note is known by its beginning, and its end is final. Pure: instants are room time.
 */
import { LIMITS } from "../protocol/limits.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import { HELD_INTERVAL } from "./fingers.ts";
import { type NotesFrame, OLDEST_MS, type PlayedNote } from "./played-notes.ts";
import { type DelayBounds, PlayoutDelay, USUAL_DELAY } from "./playout-delay.ts";

/** A held note of which nothing was heard for so long has ended. Seconds. */
export const SILENT_AFTER = 3 * HELD_INTERVAL;
/** A stamp further from its arrival than this is of no use, or wrong. Seconds. */
const AHEAD = 0.5;
const BEHIND = 2;
/** An ended note is remembered for so long after it, since it is told again. Seconds. */
const REMEMBERED = 2;
/** Of a note that began longer ago its arrival says nothing of the network. Seconds. */
const FRESH = 0.5;
/** Notes of one player that are known at once: what it may hold, and let go within what is remembered. */
const MOST = 8 * LIMITS.liveNotes;
/** No note is shorter, so that its end stands behind its beginning. Seconds. */
const SHORTEST = 0.01;

/** What to do with a voice, and at which instant of room time it is heard. */
export type Voiced =
  | {
      readonly kind: "on";
      /** Never given twice. */
      readonly id: number;
      readonly actor: number;
      readonly track: number;
      readonly pitch: number;
      readonly velocity: number;
      readonly time: RoomTime;
    }
  | { readonly kind: "off"; readonly id: number; readonly time: RoomTime };

interface Known {
  /** Of its voice; null where it came too late to have one. */
  readonly id: number | null;
  /** From its own instants to those at which they are heard. Seconds. */
  readonly delay: number;
  /** When it is heard to begin. */
  readonly from: number;
  /** Stamp of the newest frame that held it, in seconds. */
  toldAt: number;
  /** When it is heard to end; null while it is held. */
  until: number | null;
}

interface Player {
  readonly delay: PlayoutDelay;
  readonly notes: Map<string, Known>;
  /** Stamp of the newest frame. */
  newest: number;
  passedAt: number;
}

/** `heard`: notes that sound; `late`: came too late to; `silenced`: ended because nothing more was heard; `refused`: frames. */
export interface NoteCounts {
  readonly heard: number;
  readonly late: number;
  readonly silenced: number;
  readonly refused: number;
}

const nameOf = ({ track, pitch, onMs }: PlayedNote): string => `${track}:${pitch}:${onMs}`;

export class HeardNotes {
  #bounds: DelayBounds;
  readonly #players = new Map<number, Player>();
  readonly #counts = { heard: 0, late: 0, silenced: 0, refused: 0 };
  #nextId = 1;

  constructor(bounds: DelayBounds = USUAL_DELAY) {
    this.#bounds = bounds;
  }

  /** In force for notes that begin from now on: those that sound end as they began. */
  setDelay(bounds: DelayBounds): void {
    this.#bounds = bounds;
    for (const { delay } of this.#players.values()) delay.setBounds(bounds);
  }

  get counts(): NoteCounts {
    return { ...this.#counts };
  }

  /** Seconds from this player's keys to their sound here; null for who has played nothing. */
  delayOf(actor: number): number | null {
    return this.#players.get(actor)?.delay.seconds ?? null;
  }

  /** Notes that are known, of all players. */
  get known(): number {
    return [...this.#players.values()].reduce((sum, { notes }) => sum + notes.size, 0);
  }

  /**
   * `reach`: seconds before it is heard that a note has to be handed on.
   *
   * Laws: a note begins once, at its own instant and a delay within the bounds; it ends once, as much later as
   * it lasted or as soon as that can still be; nothing is given for an instant nearer than `reach`.
   */
  hear(actor: number, frame: NotesFrame, now: RoomTime, reach: number): Voiced[] {
    const stamp = frame.stampMs / 1_000;
    const player = this.#listenTo(actor, now);
    if (!player || stamp > now + AHEAD || stamp < now - BEHIND) {
      this.#counts.refused += 1;
      return [];
    }
    this.#pass(player, now, reach);
    player.passedAt = now;
    const voiced: Voiced[] = [];
    for (const note of frame.notes) {
      const name = nameOf(note);
      const known = player.notes.get(name) ?? this.#begin(actor, player, note, now, reach, voiced);
      if (!known || known.until !== null) continue;
      known.toldAt = Math.max(known.toldAt, stamp);
      if (note.lengthMs !== null)
        this.#end(known, known.from + Math.max(SHORTEST, note.lengthMs / 1_000), now + reach, voiced);
    }
    if (stamp > player.newest) this.#endUnnamed(player, frame, stamp, now + reach, voiced);
    player.newest = Math.max(player.newest, stamp);
    return voiced;
  }

  /** Ends what nothing is heard of any more, and forgets what is over. */
  turn(now: RoomTime, reach: number): Voiced[] {
    const voiced: Voiced[] = [];
    for (const [actor, player] of this.#players) {
      for (const [name, known] of player.notes) {
        if (known.until === null && now >= silenceDue(known, reach)) {
          if (known.id !== null) this.#counts.silenced += 1;
          this.#end(known, 0, now + reach, voiced);
        }
        if (known.until !== null && known.until < now - REMEMBERED) player.notes.delete(name);
      }
      if (player.notes.size === 0 && player.newest < now - OLDEST_MS / 1_000) this.#players.delete(actor);
    }
    return voiced;
  }

  /** When `turn` has something to end, at the earliest; null for never. */
  due(reach: number): RoomTime | null {
    const dues = [...this.#players.values()].flatMap(({ notes }) =>
      [...notes.values()].flatMap((known) => (known.until === null ? [silenceDue(known, reach)] : [])),
    );
    return dues.length > 0 ? roomTime(Math.min(...dues)) : null;
  }

  /** Whoever it was plays no more. */
  leave(actor: number, now: RoomTime, reach: number): Voiced[] {
    const voiced: Voiced[] = [];
    for (const known of this.#players.get(actor)?.notes.values() ?? [])
      if (known.until === null) this.#end(known, 0, now + reach, voiced);
    this.#players.delete(actor);
    return voiced;
  }

  /** The clock has stepped, or the sound stood still: what was under way is forgotten, without a word. */
  reset(): void {
    this.#players.clear();
  }

  #listenTo(actor: number, now: number): Player | null {
    const known = this.#players.get(actor);
    if (known) return known;
    if (this.#players.size >= LIMITS.liveHands) return null;
    const delay = new PlayoutDelay(this.#bounds);
    const player = { delay, notes: new Map(), newest: Number.NEGATIVE_INFINITY, passedAt: now };
    this.#players.set(actor, player);
    return player;
  }

  /** While anything of a player's sounds the delay only grows, so that nothing overtakes. */
  #pass({ delay, notes, passedAt }: Player, now: number, reach: number): void {
    const sounds = [...notes.values()].some(({ until }) => until === null || until > now);
    delay.setReach(reach);
    delay.pass(Math.max(0, now - passedAt), sounds);
  }

  #begin(
    actor: number,
    player: Player,
    note: PlayedNote,
    now: number,
    reach: number,
    voiced: Voiced[],
  ): Known | null {
    if (player.notes.size >= MOST) return null;
    const on = note.onMs / 1_000;
    const delay = player.delay.seconds;
    if (now - on < FRESH) player.delay.needed(now - on);
    const from = on + delay;
    const isLate = from < now + reach;
    this.#counts[isLate ? "late" : "heard"] += 1;
    const known = { id: isLate ? null : this.#nextId++, delay, from, toldAt: on, until: null };
    player.notes.set(nameOf(note), known);
    const { track, pitch, velocity } = note;
    if (known.id !== null)
      voiced.push({ kind: "on", id: known.id, actor, track, pitch, velocity, time: roomTime(from) });
    return known;
  }

  #end(known: Known, at: number, soonest: number, voiced: Voiced[]): void {
    known.until = Math.max(at, soonest, known.from + SHORTEST);
    if (known.id !== null) voiced.push({ kind: "off", id: known.id, time: roomTime(known.until) });
  }

  /** A frame names all that is held: of what it does not name, and an older one did, the end was lost. */
  #endUnnamed(player: Player, frame: NotesFrame, stamp: number, soonest: number, voiced: Voiced[]): void {
    const named = new Set(frame.notes.map(nameOf));
    for (const [name, known] of player.notes)
      if (known.until === null && !named.has(name)) this.#end(known, stamp + known.delay, soonest, voiced);
  }
}

const silenceDue = ({ toldAt, delay }: Known, reach: number): number => toldAt + SILENT_AFTER + delay - reach;
