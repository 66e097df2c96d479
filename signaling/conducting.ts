/**
 * A live room's conducting: turns controls into deltas of the server's and settles them when their bar line is
 * past. What is written is `shared/room/leader-controls.ts`'s; here are the timer and what waits.
 */
import type { Write } from "#shared/document/delta.ts";
import type { Hub } from "#shared/document/hub.ts";
import type { ControlRefusal, WrittenControl } from "#shared/protocol/controls.ts";
import {
  type ConductingContext,
  controlLead,
  controlWrites,
  settleControls,
} from "#shared/room/leader-controls.ts";
import type { RoomTime } from "#shared/time/instants.ts";

const SERVER = 0;
/** The transport may change meanwhile in ways that only a look tells. ms */
const LONGEST_WAIT_MS = 30_000;

export interface ConductingOptions {
  readonly hub: Hub;
  readonly now: () => RoomTime;
  /** Of the performers, seconds. */
  readonly roundTrips: () => readonly number[];
  readonly isWritable: () => boolean;
  /** Something has been written, and is to be stored and sent. */
  readonly flush: () => void;
}

/** A lock of one part says nothing of another's. */
const kindOf = (control: WrittenControl): string =>
  control.type === "LOCK" ? `LOCK.${control.track}` : control.type;

export class Conducting {
  readonly #options: ConductingOptions;
  /** The newest of each kind that has to wait until the one before it is stored, or settled. */
  readonly #waiting = new Map<string, { readonly control: WrittenControl; readonly actor: number }>();
  /** The delta last written takes effect once it is stored: until then the document does not show it. */
  #underWay = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ConductingOptions) {
    this.#options = options;
  }

  /** A control of this actor's, who may. Why it is refused; null when it is taken. */
  handle(control: WrittenControl, actor: number): ControlRefusal | null {
    if (!this.#options.isWritable()) return "UNAVAILABLE";
    const writes = controlWrites(control, actor, this.#context());
    if (!writes.ok) return writes.error;
    // Again at its end: what was asked for last counts.
    this.#waiting.delete(kindOf(control));
    if (this.#isUnderWay || writes.value === "later") this.#waiting.set(kindOf(control), { control, actor });
    else this.#write(writes.value);
    return null;
  }

  get #isUnderWay(): boolean {
    return this.#underWay > 0 && !this.#options.hub.vector.has(SERVER, this.#underWay);
  }

  /** The document may have changed, or time has passed. */
  refresh(): void {
    if (!this.#options.isWritable() || this.#isUnderWay) return;
    const context = this.#context();
    const { writes, due } = settleControls(context);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (writes.length > 0) return this.#write(writes);
    for (const [kind, { control, actor }] of this.#waiting) {
      const now = controlWrites(control, actor, context);
      if (now.ok && now.value === "later") continue;
      this.#waiting.delete(kind);
      if (now.ok && now.value !== "later" && now.value.length > 0) return this.#write(now.value);
    }
    if (due === null) return;
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(1, Math.ceil((due - context.now) * 1_000)));
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.clear();
  }

  #write(writes: readonly Write[]): void {
    if (writes.length === 0) return;
    const { hub, now, flush } = this.#options;
    this.#underWay = hub.writeAsServer(writes, Math.round(now() * 1_000)).seq;
    flush();
  }

  #context(): ConductingContext {
    const { hub, now, roundTrips } = this.#options;
    return { document: hub.document, now: now(), lead: controlLead(roundTrips()) };
  }
}
