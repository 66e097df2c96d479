/**
 * Start, stop and tempo while nobody can be reached: they move the music here and no other, and are never
 * sent. A stop that came an hour late would silence a room. Back in the room, its own transport counts.
 */
import { applyCommand, type CommandContext } from "#shared/document/commands.ts";
import { JamDocument } from "#shared/document/document.ts";
import { nextStamp } from "#shared/document/stamp.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import type { Jam } from "#shared/music/model.ts";
import type { Timeline } from "#shared/music/timeline.ts";
import type { Command, CommandError } from "#shared/protocol/commands.ts";

export const TRANSPORT = { kind: "room", field: "transport" } as const;

export const isTransportCommand = ({ type }: Command): boolean =>
  type === "PLAYBACK_START" || type === "PLAYBACK_STOP" || type === "TEMPO_SET";

export class LocalTransport {
  /** Holds the transport alone; null while the room's counts. */
  #own: JamDocument | null = null;
  #shown: { readonly jam: Jam; readonly timeline: Timeline; readonly mine: Jam } | null = null;

  /** True when something changed. */
  dispatch(command: Command, room: JamDocument, context: CommandContext): Result<boolean, CommandError> {
    const own = this.#own ?? transportOf(room);
    const writes = applyCommand(own, command, context);
    if (!writes.ok) return writes;
    if (writes.value.length > 0) {
      const stamp = nextStamp(own.highest, 0, context.actor);
      own.apply({ actor: context.actor, seq: 1, stamp, writes: writes.value });
      this.#own = own;
    }
    return ok(writes.value.length > 0);
  }

  /** The jam as it is to be heard here; the same object as long as neither changed. */
  over(jam: Jam): Jam {
    if (!this.#own) return jam;
    const { timeline } = this.#own.jam();
    if (this.#shown?.jam !== jam || this.#shown.timeline !== timeline)
      this.#shown = { jam, timeline, mine: { ...jam, timeline } };
    return this.#shown.mine;
  }

  /** The room is back. True when its transport was not the one that counted here. */
  end(): boolean {
    const counted = this.#own !== null;
    this.#own = this.#shown = null;
    return counted;
  }
}

function transportOf(room: JamDocument): JamDocument {
  const own = new JamDocument(0);
  const register = room.get(TRANSPORT);
  if (register) own.merge([{ key: TRANSPORT, ...register }]);
  return own;
}
