/**
 * Notes that are played live: mine heard at once and told to the others, theirs heard a delay later, and
 * mine written down while I record. The rules are `shared/live`'s and `shared/music/taking.ts`'s; here are the
 * clock, the timers and what the screen is told.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Write } from "#shared/document/delta.ts";
import type { Entry } from "#shared/document/undo.ts";
import { Fingers, type Key } from "#shared/live/fingers.ts";
import { Intake } from "#shared/live/intake.ts";
import { HeardNotes, type Voiced } from "#shared/live/heard-notes.ts";
import { boundsOf, type DelayChoice } from "#shared/live/playout-delay.ts";
import { areNotes, decodeNotes, encodeNotes } from "#shared/live/played-notes.ts";
import { isSilenced } from "#shared/music/events.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import { take, type Taken } from "#shared/music/taking.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { LiveVoices } from "../audio/live-voices.ts";
import type { Player } from "../audio/player.ts";
import { WakeTimer } from "../net/wake-timer.ts";
import type { Author } from "./jam-signals.ts";
import type { LiveKey, NotesView } from "./hands-view.ts";

export interface LiveNotesOptions {
  readonly player: Pick<Player, "reach" | "live" | "status" | "heard">;
  readonly send: (frame: Uint8Array) => void;
  /** Null while there is no clock that others share, or I may not play. */
  readonly me: () => { readonly actor: number; readonly now: RoomTime } | null;
  readonly roomNow: () => RoomTime | null;
  /** Grows with every step of the room's clock. */
  readonly generation: () => number;
  /** How long others' notes wait. */
  readonly choice: ReadonlySignal<DelayChoice>;
  readonly track: (id: number) => Track | undefined;
  readonly author: (actor: number) => Author | null;
  /** Null asks for me. */
  readonly isLeader: (actor: number | null) => boolean;
  readonly swing: () => number;
  /** Writes as one entry of undo, together with an earlier one where nothing else was done since. */
  readonly write: (deltas: readonly (readonly Write[])[], earlier?: Entry) => Entry;
}

/** Without sound the others' keys move on the screen alone. */
const SILENT_REACH = 0.05;
/** Beyond the step's own instant: by then nobody's clock takes it for one that is still to come. ms */
const AFTER_STEP_MS = 30;
/** My own voices are known by negative numbers, the others' by their notes'. */
const MINE = -1;

interface Playing {
  readonly id: number;
  readonly pitch: number;
  readonly velocity: number;
  /** When the key went down, ms of `performance.now()`. */
  readonly at: number;
  /** The beat that was heard then; null where it is not to be written. */
  readonly from: number | null;
}

const keyOf = ({ track, pitch }: Key): string => `${track}:${pitch}`;

export class LiveNotes implements NotesView {
  readonly sounding = signal<readonly LiveKey[]>([]);
  readonly recording = signal(false);
  readonly #options: LiveNotesOptions;
  readonly #voices: LiveVoices;
  readonly #fingers = new Fingers();
  readonly #intake = new Intake();
  readonly #heard = new HeardNotes();
  readonly #timer = new WakeTimer(() => this.#turn());
  readonly #mine = new Map<string, Playing>();
  /** By the number of its voice. */
  readonly #lit = new Map<number, LiveKey>();
  #generation: number;
  #nextMine = MINE;
  /** Grows when everything is forgotten. */
  #era = 0;
  /** What the pass that is being recorded has come to in undo. */
  #pass: { readonly number: number; readonly entry: Entry } | null = null;

  constructor(options: LiveNotesOptions) {
    this.#options = options;
    this.#generation = options.generation();
    this.#voices = new LiveVoices(() => options.player.live);
    effect(() => this.#heard.setDelay(boundsOf(options.choice.value)));
    let wasRunning = true;
    effect(() => {
      const isRunning = options.player.status.value.state === "running";
      // What was on its way to the engine is forgotten with a break: also the ends of notes.
      if (isRunning !== wasRunning) this.#start();
      wasRunning = isRunning;
    });
  }

  get counts() {
    return this.#heard.counts;
  }

  setRecording(on: boolean): void {
    this.recording.value = on;
    this.#pass = null;
  }

  press(key: Key, velocity: number, at: number): string | null {
    const { track: trackOf, player, isLeader } = this.#options;
    const track = trackOf(key.track);
    if (!track) return "This part is not there any more.";
    this.release(key, at);
    const { beat, running } = player.heard(at);
    const refused = mayNotPlay(track, beat, isLeader(null));
    if (refused !== null) return refused;
    const now = this.#roomAt(at);
    if (!this.#fingers.press(key, velocity, now ?? roomTime(0))) return "No more notes at once.";
    const id = this.#nextMine--;
    const note = { pitch: key.pitch, velocity };
    const sounds = this.#voices.begin(id, track, note, null);
    this.#mine.set(keyOf(key), { id, ...note, at, from: this.recording.peek() && running ? beat : null });
    this.#light(id, { ...key, by: null, color: this.#color(null) });
    this.#turn();
    return sounds ? null : "There is no sound just now.";
  }

  release(key: Key, at: number): void {
    const playing = this.#mine.get(keyOf(key));
    if (!playing) return;
    this.#mine.delete(keyOf(key));
    this.#voices.end(playing.id, null);
    this.#light(playing.id, null);
    this.#fingers.release(key, this.#roomAt(at) ?? roomTime(0));
    this.#record(key.track, playing, at);
    this.#turn();
  }

  letGo(): void {
    const now = performance.now();
    for (const key of this.#mine.keys()) {
      const [track, pitch] = key.split(":").map(Number) as [number, number];
      this.release({ track, pitch }, now);
    }
  }

  /** `actor` is null where the server, which has slowed whoever sends too much, names it in the bytes. */
  heard(actor: number | null, bytes: Uint8Array): void {
    if (!areNotes(bytes)) return;
    if (actor !== null && !this.#intake.admits(actor, performance.now() / 1_000)) return;
    const now = this.#options.roomNow();
    const frame = now === null ? null : decodeNotes(bytes, now * 1_000);
    if (now === null || !frame || (actor === null) === (frame.actor === null)) return;
    const from = actor ?? frame.actor;
    if (from === null || from === this.#options.me()?.actor) return;
    this.#give(this.#heard.hear(from, frame, now, this.#reach), now);
    this.#turn();
  }

  left(actor: number): void {
    this.#intake.leave(actor);
    const now = this.#options.roomNow();
    if (now !== null) this.#give(this.#heard.leave(actor, now, this.#reach), now);
  }

  get #reach(): number {
    return this.#options.player.reach ?? SILENT_REACH;
  }

  #turn(): void {
    const { me, send, roomNow, generation } = this.#options;
    const now = roomNow();
    if (now === null) return;
    if (generation() !== this.#generation) {
      this.#generation = generation();
      this.#start();
    }
    for (const note of this.#fingers.overlong(now)) this.release(note, performance.now());
    const frame = this.#fingers.take(now);
    if (frame && me()) send(encodeNotes(frame));
    this.#give(this.#heard.turn(now, this.#reach), now);
    const dues = [this.#fingers.due, this.#heard.due(this.#reach)].filter((due) => due !== null);
    if (dues.length > 0) this.#timer.set(Math.max(0.001, Math.min(...dues) - now));
  }

  /** Everything is silent and forgotten: another time begins. */
  #start(): void {
    this.letGo();
    this.#fingers.drop();
    this.#heard.reset();
    this.#voices.silence();
    this.#era += 1;
    this.#lit.clear();
    this.sounding.value = [];
  }

  #give(voiced: readonly Voiced[], now: RoomTime): void {
    const { track: trackOf, author, isLeader, player } = this.#options;
    for (const each of voiced) {
      const inMs = (each.time - now) * 1_000;
      if (each.kind === "off") {
        this.#voices.end(each.id, each.time);
        this.#lightIn(inMs, each.id, null);
        continue;
      }
      const { id, actor, pitch } = each;
      const track = trackOf(each.track);
      const { beat } = player.heard(performance.now() + inMs);
      if (!track || mayNotPlay(track, beat, isLeader(actor)) !== null) continue;
      this.#voices.begin(id, track, each, each.time);
      const who = author(actor);
      const lit = { track: track.id, pitch, by: who?.name ?? "", color: who?.color ?? null };
      this.#lightIn(inMs, id, lit);
    }
  }

  #light(id: number, key: LiveKey | null): void {
    if (key) this.#lit.set(id, key);
    else if (!this.#lit.delete(id)) return;
    this.sounding.value = [...this.#lit.values()];
  }

  #lightIn(ms: number, id: number, key: LiveKey | null): void {
    const era = this.#era;
    setTimeout(() => {
      if (era === this.#era) this.#light(id, key);
    }, ms);
  }

  #color(actor: number | null): number | null {
    const mine = actor ?? this.#options.me()?.actor;
    return mine === undefined ? null : (this.#options.author(mine)?.color ?? null);
  }

  /** What a key's instant is in room time. */
  #roomAt(at: number): RoomTime | null {
    const now = this.#options.roomNow();
    return now === null ? null : roomTime(now - (performance.now() - at) / 1_000);
  }

  #record(trackId: number, { pitch, velocity, at, from }: Playing, until: number): void {
    const track = this.#options.track(trackId);
    if (from === null || !track) return;
    const { beat: to, tempo } = this.#options.player.heard(until);
    const drum = instrumentById(track.instrument)?.kind === "drum";
    // A drum ends by itself, and is written as a pressed step is.
    const played = { pitch, velocity, from, to: drum ? from + 0.25 : Math.max(from, to) };
    const taken = take(track, played, this.#options.swing());
    if (!taken) return;
    const stepAt = at + ((taken.beat - from) * 60_000) / tempo + AFTER_STEP_MS;
    setTimeout(() => this.#write(track.id, taken), Math.max(0, stepAt - performance.now()));
  }

  #write(track: number, { pattern, note: { step, pitch, ...value }, pass }: Taken): void {
    const key = { kind: "note", track, pattern, step, pitch } as const;
    const earlier = this.#pass?.number === pass ? this.#pass.entry : undefined;
    this.#pass = { number: pass, entry: this.#options.write([[{ key, value }]], earlier) };
  }
}

/** Why a part is not to be played just now; null where it may. A leader's locks and silence hold for playing, too. */
function mayNotPlay(track: Track, beat: number, isLeader: boolean): string | null {
  if (track.locked && !isLeader) return "A leader has locked this part.";
  return isSilenced(track, beat) ? "A leader has silenced the room." : null;
}
