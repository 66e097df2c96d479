/**
 * My edits of the jam, whatever hand they come from: commands, undo and redo, and what is taken back or
 * restored. Each is a command's writes committed as one delta, remembered so that it can be undone.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import * as v from "valibot";
import { type Lost, newestTempo } from "#shared/document/conflicts.ts";
import { applyCommand, type CommandContext } from "#shared/document/commands.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";
import { deltasOf } from "#shared/document/deltas-of.ts";
import { isTransport } from "#shared/document/keys.ts";
import type { PackedUndo } from "#shared/document/undo-record.ts";
import { changesOf, type Entry, type Step, UndoHistory } from "#shared/document/undo.ts";
import type { Restamped } from "#shared/document/unstamped.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import { type Distance, type Timeline, transportLead } from "#shared/music/timeline.ts";
import {
  type Command,
  type CommandError,
  type CommandInput,
  parseCommand,
} from "#shared/protocol/commands.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { fetchLate, lateCode } from "./late-code.ts";
import type { Person } from "./view.ts";
import { openWrites } from "#shared/document/locks.ts";
import { isTransportCommand } from "./local-transport.ts";
import { stands, takenBack } from "./notices.ts";

/** How much of one's own doing is taken back at once. */
const RECENT_BARS = 4;

/** What is done where nobody is reached, with what moves the music. */
export interface Alone {
  /** A start, a stop or a tempo counts here alone, and is never sent. */
  play(command: Command, context: CommandContext): Result<null, CommandError>;
  /** The tempo that comes or goes with an opened jam counts here now, and in the room once that is reached. */
  openTempo(tempo: number): void;
}

interface Copy {
  readonly actor: number;
  readonly canCommit: boolean;
}

export interface EditsOptions {
  /** The copy that edits go into; null before there is one. */
  readonly copy: () => Copy | null;
  readonly roomNow: () => RoomTime | null;
  /** How far away the other performers are. */
  readonly distances: () => readonly Distance[];
  /** Null where somebody is reached. */
  readonly alone: () => Alone | null;
  readonly document: () => JamDocument;
  /** By which the jam is heard here. */
  readonly timeline: () => Timeline;
  readonly isListener: () => boolean;
  /** Locks do not bind this page. */
  readonly isLeader: () => boolean;
  readonly people: () => readonly Person[];
  /** Commits one delta and shows it; null when it cannot be. */
  readonly commit: (writes: readonly Write[]) => Delta | null;
  readonly tempo: () => number;
  /** Something of one's own has been written, or taken back. */
  readonly edited: () => void;
  /** There is more or less to take back. */
  readonly undoChanged: () => void;
  readonly say: (sentence: string) => void;
}

const UNSENT_FULL = err({ code: "UNSENT_FULL", message: "too many edits wait for the connection" } as const);

export class Edits {
  readonly #options: EditsOptions;
  readonly #undo = new UndoHistory();
  readonly #canUndo = signal(false);
  readonly #canRedo = signal(false);
  /** Records of earlier pages that are still to be read. */
  #earlier: unknown[] = [];

  constructor(options: EditsOptions) {
    this.#options = options;
  }

  get canUndo(): ReadonlySignal<boolean> {
    return this.#canUndo;
  }

  get canRedo(): ReadonlySignal<boolean> {
    return this.#canRedo;
  }

  dispatch(input: CommandInput): Result<null, CommandError> {
    if (input.type === "JAM_REPLACE") return this.#openJam(input.jam);
    const parsed = parseCommand(input);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      return err({ code: "INVALID", message: `${v.getDotPath(issue) ?? "command"}: ${issue.message}` });
    }
    const copy = this.#mine();
    if (!copy.ok) return copy;
    const alone = isTransportCommand(parsed.output) ? this.#options.alone() : null;
    if (alone) return alone.play(parsed.output, this.#context());
    if (!copy.value.canCommit) return UNSENT_FULL;
    const writes = this.#writesOf(parsed.output);
    return writes.ok ? this.#writeOpen(writes.value) : writes;
  }

  #openJam(content: unknown): Result<null, CommandError> {
    const late = lateCode();
    if (!late) {
      void fetchLate().catch(() => undefined);
      return err({ code: "NOT_READY", message: "what reads jams is being fetched: try again in a moment" });
    }
    const copy = this.#mine();
    if (!copy.ok) return copy;
    if (!copy.value.canCommit) return UNSENT_FULL;
    const opened = late.openJam(this.#options.document(), content, this.#context());
    if (!opened.ok) return opened;
    const done = this.#writeOpen(opened.value.writes);
    if (!done.ok) return done;
    // Also where the room has this tempo, and only I another one.
    this.#options.alone()?.openTempo(opened.value.tempo);
    return ok(null);
  }

  /** The copy that I may edit. */
  #mine(): Result<Copy, CommandError> {
    if (this.#options.isListener())
      return err({ code: "FORBIDDEN", message: "listeners hear, they do not edit" });
    const copy = this.#options.copy();
    return copy ? ok(copy) : err({ code: "FORBIDDEN", message: "there is no room yet: wait for the score" });
  }

  #writeOpen(writes: readonly Write[]): Result<null, CommandError> {
    const open = this.#open(writes);
    if (open.length === 0 && writes.length > 0)
      return err({ code: "LOCKED", message: "a leader has locked it" });
    return this.#write(open) ? ok(null) : UNSENT_FULL;
  }

  /** Without what a leader has locked, which is said. */
  #open(writes: readonly Write[]): readonly Write[] {
    if (this.#options.isLeader()) return writes;
    const open = openWrites(this.#options.document(), writes);
    if (open !== writes) this.sayLocked(writes.filter((write) => !open.includes(write)));
    return open;
  }

  /** These are locked; `more` is what else there is to be known. */
  sayLocked(writes: readonly Write[], more = ""): void {
    const { document, say, people } = this.#options;
    fetchLate().then(
      ({ lockedSentence }) => say(`${lockedSentence(document(), writes, people())}${more}`),
      () => say(`A leader has locked that.${more}`),
    );
  }

  #writesOf(command: Command): Result<Write[], CommandError> {
    return applyCommand(this.#options.document(), command, this.#context());
  }

  #context(): CommandContext {
    return {
      now: this.#options.roomNow() ?? roomTime(0),
      lead: transportLead(this.#options.distances()),
      actor: this.#options.copy()?.actor ?? 0,
    };
  }

  gesture(): () => void {
    this.#undo.begin();
    return () => this.#undo.end();
  }

  undo(): void {
    this.#step(this.#undo.undo(this.#options.document(), this.#options.timeline()));
  }

  redo(): void {
    this.#step(this.#undo.redo(this.#options.document(), this.#options.timeline()));
  }

  /** Own deltas that nobody had have other stamps now. */
  restamped(stamps: readonly Restamped[]): void {
    for (const { from, to } of stamps) this.#undo.restamped(from, to);
    if (stamps.length > 0) this.#keep();
  }

  /** What an earlier page of mine could take back, as it was kept. */
  restore(kept: unknown): void {
    this.#earlier.push(kept);
    this.#keep();
  }

  /** What the next page of mine is to know of what I did: null for nothing, undefined where that cannot be said yet. */
  kept(): PackedUndo | null | undefined {
    return this.#earlier.length > 0 ? undefined : lateCode()?.packUndo(this.#undo.stacks);
  }

  /** How it is kept is fetched when there is something to keep. */
  #keep(): void {
    const late = lateCode();
    if (!late) {
      // Where the server is away, the next edit asks again.
      fetchLate().then(
        () => this.#keep(),
        () => undefined,
      );
      return;
    }
    for (const kept of this.#earlier.splice(0)) this.#undo.restore(late.unpackUndo(kept));
    this.#show();
    this.#options.undoChanged();
  }

  /** Several deltas, one entry of undo: with what an earlier call wrote, where nothing else was done since. */
  writeTogether(deltas: readonly (readonly Write[])[], earlier?: Entry): Entry {
    const entry = this.#undo.begin(earlier);
    for (const writes of deltas) this.#write(this.#open(writes));
    this.#undo.end();
    return entry;
  }

  /** My values that somebody overwrote. A tempo is set anew: the timeline of then is past. */
  writeAgain(lost: readonly Lost[]): void {
    const end = this.gesture();
    const own = lost.filter(({ key }) => !isTransport(key));
    this.#write(this.#open(own.map(({ key, mine }) => ({ key, value: mine }))));
    const tempo = newestTempo(lost.find(({ key }) => isTransport(key))?.mine ?? null);
    if (tempo !== null) this.dispatch({ type: "TEMPO_SET", tempo });
    end();
  }

  /** Takes back what I did in the last bars; what came of it, in words. */
  takeBackRecent(): string {
    const now = this.#options.roomNow();
    if (now === null || !this.#options.copy()?.canCommit) return "That has to wait for the connection.";
    const length = (RECENT_BARS * BEATS_PER_BAR * 60) / this.#options.tempo();
    const { document, timeline } = this.#options;
    const { skipped, ...step } = this.#undo.since((now - length) * 1_000, document(), timeline());
    const writes = this.#stepWrites(step);
    this.writeTogether(deltasOf(writes));
    return takenBack(writes.length, skipped, RECENT_BARS);
  }

  /** One command's writes; false when they do not all fit. What comes before the last delta changes nothing that is seen, so nothing to undo. */
  #write(writes: readonly Write[]): boolean {
    const deltas = deltasOf(writes);
    const { document, timeline } = this.#options;
    for (const [index, each] of deltas.entries()) {
      const changes = index < deltas.length - 1 ? [] : changesOf(document(), each, timeline());
      const sent = this.#heldBack(each);
      if (sent.length === 0) continue;
      const delta = this.#options.commit(sent);
      if (!delta) return false;
      this.#undo.record(changes, delta.stamp);
      if (changes.length > 0) this.#options.edited();
    }
    this.#keep();
    this.#show();
    return true;
  }

  /** Where nobody is reached, no transport goes into a delta: instants of now would come hours late. */
  #heldBack(writes: readonly Write[]): readonly Write[] {
    const alone = this.#options.alone();
    const transport = alone && writes.find(({ key }) => isTransport(key));
    if (!transport) return writes;
    const tempo = newestTempo(transport.value);
    if (tempo !== null) alone.openTempo(tempo);
    return writes.filter((write) => write !== transport);
  }

  #step(step: Step | null): void {
    if (!step) return;
    this.#options.edited();
    if (step.skipped > 0) this.#options.say(stands(step.skipped));
    const writes = this.#open(this.#stepWrites(step));
    if (writes.length > 0) {
      const delta = this.#options.commit(writes);
      if (delta) this.#undo.committed(delta.stamp);
    }
    this.#keep();
    this.#show();
  }

  /** A tempo goes back by the transport's own rules: the timeline of then is past. */
  #stepWrites({ writes, tempo }: Omit<Step, "skipped">): readonly Write[] {
    if (tempo === null) return writes;
    const alone = this.#options.alone();
    if (alone) {
      alone.openTempo(tempo);
      return writes;
    }
    const change = this.#writesOf({ type: "TEMPO_SET", tempo });
    return change.ok ? [...writes, ...change.value] : writes;
  }

  #show(): void {
    this.#canUndo.value = this.#undo.canUndo;
    this.#canRedo.value = this.#undo.canRedo;
  }
}
