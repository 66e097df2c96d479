/** A jam of one sharp onset a beat, which a test can count. */
import type { JamPage } from "./browser.ts";

/** Leaves only the kick in the room mix, on every beat. Returns the kick's track. */
export async function onlyKick(page: JamPage): Promise<number> {
  const { document } = await page.inspect();
  const kick = document.tracks.find((track) => track.name === "Kick");
  if (!kick) throw new Error("the first jam has no kick");
  for (const track of document.tracks) {
    if (track.id !== kick.id) await page.dispatch({ type: "TRACK_SET", track: track.id, muted: true });
  }
  const notes = [0, 4, 8, 12].map((step) => ({ step, pitch: kick.notes[0]?.pitch ?? 36, velocity: 110 }));
  await page.dispatch({ type: "PATTERN_UPDATE", track: kick.id, length: 16, notes });
  return kick.id;
}
