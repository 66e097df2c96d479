/** The lines of an open history panel, out of the journal's rows. Fetched with the panel: nobody needs it to play. */
import { describe, namesIn } from "#shared/document/describe.ts";
import { bars, gestures, type Row } from "#shared/document/gestures.ts";
import type { Timeline } from "#shared/music/timeline.ts";
import type { HistoryOptions } from "./history.ts";
import type { HistoryEdit } from "./history-view.ts";

/** The server has noted that the bar line of what a leader conducted is past: nobody did anything then. */
const isSettling = ({ stamp, writes }: Row): boolean =>
  stamp.actor === 0 &&
  writes.some(({ key }) => key.kind === "control") &&
  !writes.some(({ key }) => key.kind === "conducted");

/** Lines of history, newest first. */
export function editsOf(
  rows: readonly Row[],
  context: Pick<HistoryOptions, "document" | "author" | "isMe" | "wallMs">,
): HistoryEdit[] {
  if (rows.length === 0) return [];
  const document = context.document();
  const person = (actor: number) =>
    context.isMe(actor) ? "you" : (context.author(actor)?.name ?? "somebody");
  const naming = { ...namesIn(document), person };
  const now = document.get({ kind: "room", field: "transport" });
  const bar = bars(rows, now ? { time: now.stamp.time, timeline: now.value as Timeline } : null);
  return gestures(rows.filter((row) => !isSettling(row))).map((gesture) => {
    const author = gesture.actor === 0 ? null : context.author(gesture.actor);
    return {
      n: gesture.n,
      name: context.isMe(gesture.actor)
        ? "You"
        : (author?.name ?? (gesture.actor === 0 ? "The room" : "Somebody")),
      color: author?.color ?? null,
      what: describe(gesture.writes, naming),
      when: context.wallMs(gesture.time),
      bar: bar(gesture.time),
      isLate: gesture.isLate,
      via: gesture.via === null ? null : (context.author(gesture.via)?.name ?? "somebody"),
    };
  });
}
