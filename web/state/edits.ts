/**
 * My edits of the jam, whatever hand they come from: commands, undo and redo, and what is taken back or
 * restored. Each is a command's writes committed as one delta, remembered so that it can be undone.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import * as v from "valibot";
import { type Lost, newestTempo } from "#shared/document/conflicts.ts";
import { applyCommand, type CommandContext } from "#shared/document/commands.ts";
import type { Delta, Stamp, Write } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";
import { deltasOf } from "#shared/document/jam-replace.ts";
import { changesOf, type Step, UndoHistory } from "#shared/document/undo.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import { type Distance, transportLead } from "#shared/music/timeline.ts";
import { Command, type CommandError, type CommandInput } from "#shared/protocol/commands.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { namesIn } from "#shared/document/describe.ts";
import { openWrites } from "#shared/document/locks.ts";
import { isTransportCommand } from "./local-transport.ts";
import { lockedSentence, stands, takenBack } from "./notices.ts";

/** How much of one's own doing is taken back at once. */
const RECENT_BARS = 4;

export interface EditsOptions {
  /** The copy that edits go into; null before there is one. */
  readonly copy: () => { readonly actor: number; readonly canCommit: boolean } | null;
  readonly roomNow: () => RoomTime | null;
  /** How far away the other performers are. */
  readonly distances: () => readonly Distance[];
  /** A command of the transport while nobody is reached; null where somebody is. */
  readonly alone: () => ((command: Command, context: CommandContext) => Result<null, CommandError>) | null;
  readonly document: () => JamDocument;
  readonly isListener: () => boolean;
  /** Locks do not bind this page. */
  readonly isLeader: () => boolean;
  /** Commits one delta and shows it; null when it cannot be. */
  readonly commit: (writes: readonly Write[]) => Delta | null;
  readonly tempo: () => number;
  /** Something of one's own has been written, or taken back. */
  readonly edited: () => void;
  readonly say: (sentence: string) => void;
}

export class Edits {
  readonly #options: EditsOptions;
  readonly #undo = new UndoHistory();
  readonly #canUndo = signal(false);
  readonly #canRedo = signal(false);

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
    const parsed = v.safeParse(Command, input);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      return err({ code: "INVALID", message: `${v.getDotPath(issue) ?? "command"}: ${issue.message}` });
    }
    if (this.#options.isListener())
      return err({ code: "FORBIDDEN", message: "listeners hear, they do not edit" });
    const copy = this.#options.copy();
    if (!copy) return err({ code: "FORBIDDEN", message: "there is no room yet: wait for the score" });
    const alone = isTransportCommand(parsed.output) ? this.#options.alone() : null;
    if (alone) return alone(parsed.output, this.#context());
    const unsentFull = err({
      code: "UNSENT_FULL",
      message: "too many edits wait for the connection",
    } as const);
    if (!copy.canCommit) return unsentFull;
    const writes = this.#writesOf(parsed.output);
    if (!writes.ok) return writes;
    const open = this.#open(writes.value);
    if (open.length === 0 && writes.value.length > 0)
      return err({ code: "LOCKED", message: "a leader has locked it" });
    return this.#write(open) ? ok(null) : unsentFull;
  }

  /** Without what a leader has locked, which is said. */
  #open(writes: readonly Write[]): readonly Write[] {
    if (this.#options.isLeader()) return writes;
    const document = this.#options.document();
    const open = openWrites(document, writes);
    if (open !== writes)
      this.#options.say(
        lockedSentence(
          writes.filter((write) => !open.includes(write)),
          namesIn(document),
        ),
      );
    return open;
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
    this.#step(this.#undo.undo(this.#options.document()));
  }

  redo(): void {
    this.#step(this.#undo.redo(this.#options.document()));
  }

  /** An own delta that nobody had has another stamp now. */
  restamped(from: Stamp, to: Stamp): void {
    this.#undo.restamped(from, to);
  }

  /** Several deltas, one entry of undo. */
  writeTogether(deltas: readonly (readonly Write[])[]): void {
    const end = this.gesture();
    for (const writes of deltas) this.#write(this.#open(writes));
    end();
  }

  /** My values that somebody overwrote. A tempo is set anew: the timeline of then is past. */
  writeAgain(lost: readonly Lost[]): void {
    const end = this.gesture();
    const isTransport = ({ key }: Lost) => key.kind === "room" && key.field === "transport";
    const mine = lost.filter((each) => !isTransport(each)).map(({ key, mine: value }) => ({ key, value }));
    this.#write(this.#open(mine));
    const tempo = newestTempo(lost.find(isTransport)?.mine ?? null);
    if (tempo !== null) this.dispatch({ type: "TEMPO_SET", tempo });
    end();
  }

  /** Takes back what I did in the last bars; what came of it, in words. */
  takeBackRecent(): string {
    const now = this.#options.roomNow();
    if (now === null || !this.#options.copy()?.canCommit) return "That has to wait for the connection.";
    const length = (RECENT_BARS * BEATS_PER_BAR * 60) / this.#options.tempo();
    const { skipped, ...step } = this.#undo.since((now - length) * 1_000, this.#options.document());
    const writes = this.#stepWrites(step);
    this.writeTogether(deltasOf(writes));
    return takenBack(writes.length, skipped, RECENT_BARS);
  }

  /** One command's writes; false when they do not all fit. What comes before the last delta changes nothing that is seen, so nothing to undo. */
  #write(writes: readonly Write[]): boolean {
    const deltas = deltasOf(writes);
    for (const [index, each] of deltas.entries()) {
      const changes = index < deltas.length - 1 ? [] : changesOf(this.#options.document(), each);
      const delta = this.#options.commit(each);
      if (!delta) return false;
      this.#undo.record(changes, delta.stamp);
      if (changes.length > 0) this.#options.edited();
    }
    this.#show();
    return true;
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
    this.#show();
  }

  /** A tempo goes back by the transport's own rules: the timeline of then is past. */
  #stepWrites({ writes, tempo }: Omit<Step, "skipped">): readonly Write[] {
    if (tempo === null) return writes;
    const change = this.#writesOf({ type: "TEMPO_SET", tempo });
    return change.ok ? [...writes, ...change.value] : writes;
  }

  #show(): void {
    this.#canUndo.value = this.#undo.canUndo;
    this.#canRedo.value = this.#undo.canRedo;
  }
}
