/**
 * The jam as this browser kept it, while the server's is not here: it can be looked at, heard and
 * edited. What is written has no actor of its own yet, so its stamps count in this page alone; the room
 * gets the edits anew once there is one (`offline.ts`).
 */
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { Delta, Stamp, Write } from "#shared/document/delta.ts";
import type { LooseEdit, OwnEdits } from "#shared/document/own-edits.ts";
import { Replica } from "#shared/document/replica.ts";
import type { Course } from "#shared/time/course.ts";
import { type LocalTime, type RoomTime, roomTime } from "#shared/time/instants.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import type { KeptJam } from "./kept-jam.ts";

export class OfflineJam {
  readonly kept: KeptJam;
  readonly replica: Replica;
  /** The newest stamp in the document as it was kept, in ms: edits made here come after it. */
  readonly seenMs: number;
  readonly #clock = new RoomClock();
  readonly #loose: LooseEdit[] = [];
  readonly #stamps: Stamp[] = [];

  /** Null where the kept document cannot be read. `now` and `wallMs` are the same moment. */
  static of(kept: KeptJam, edits: OwnEdits, now: LocalTime, wallMs: number): OfflineJam | null {
    const snapshot = decodeSnapshot(kept.snapshot);
    if (!snapshot.ok) return null;
    // As my last actor: what is added here bears its colour, and its tracks' ids are nobody else's.
    const replica = new Replica({ actor: kept.self.actor, seed: kept.seed });
    replica.load(snapshot.value);
    for (const { deltas } of edits.lives) for (const delta of deltas) replica.document.apply(delta);
    const seenMs = replica.document.highest.time;
    const away = Math.max(0, wallMs - kept.savedMs);
    const room = roomTime((snapshot.value.roomMs + away) / 1_000);
    const jam = new OfflineJam(kept, replica, seenMs, now, room);
    for (const edit of edits.loose) jam.#make(edit);
    return jam;
  }

  private constructor(kept: KeptJam, replica: Replica, seenMs: number, now: LocalTime, room: RoomTime) {
    this.kept = kept;
    this.replica = replica;
    this.seenMs = seenMs;
    this.#clock.seed(now, room);
  }

  /** Room time by this computer's own clock, since it was last heard: good enough to play alone by. */
  roomAt(now: LocalTime): RoomTime {
    return this.#clock.roomAt(now);
  }

  get course(): Course {
    return this.#clock.course;
  }

  /** What was made without an actor, in earlier pages too, oldest first. */
  get loose(): readonly LooseEdit[] {
    return this.#loose;
  }

  /** The stamps that those have here. Law: the same in every page that begins with the same rows, so that undo knows them. */
  get stamps(): readonly Stamp[] {
    return this.#stamps;
  }

  commit(writes: readonly Write[], wallMs: number): Delta {
    return this.#make({ madeMs: wallMs, writes });
  }

  #make({ madeMs, writes }: LooseEdit): Delta {
    const delta = this.replica.commit(writes, 0);
    this.#loose.push({ madeMs, writes: delta.writes });
    this.#stamps.push(delta.stamp);
    return delta;
  }
}
