/** The order of the parts, one place at a time. */
import type { JamView, SessionView } from "../state/view.ts";

type Session = Pick<SessionView, "dispatch"> & { readonly jam: Pick<JamView, "tracks"> };

/** Moves a part one place up (-1) or down (1); at its end it stays. */
export function movePart(session: Session, track: number, by: -1 | 1): void {
  const ids = session.jam.tracks.peek().map(({ id }) => id);
  const to = ids.indexOf(track) + by;
  if (to < 0 || to >= ids.length) return;
  const before = ids[by < 0 ? to : to + 1] ?? null;
  session.dispatch({ type: "TRACK_SET", track, before });
}
