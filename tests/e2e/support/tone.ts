import type { JamPage } from "./browser.ts";

/** Leaves one tone that begins anew before it ends, and plays: whatever is silent then is missing. */
export async function endlessTone(jam: JamPage): Promise<void> {
  const { tracks } = (await jam.inspect()).document;
  const bass = tracks.find(({ name }) => name === "Bass")?.id ?? 0;
  for (const { id } of tracks)
    if (id !== bass) await jam.dispatch({ type: "TRACK_SET", track: id, muted: true });
  await jam.dispatch({ type: "TRACK_SET", track: bass, instrument: "saw" });
  // Two strings by turns, each longer than the pause of the other.
  const notes = [0, 4, 8, 12].map((step) => ({
    step,
    pitch: step % 8 === 0 ? 45 : 57,
    velocity: 110,
    gate: 6,
    probability: 1,
    ratchet: 1,
  }));
  await jam.dispatch({ type: "PATTERN_UPDATE", track: bass, length: 16, notes });
  if (!(await jam.inspect()).transport.playing) await jam.dispatch({ type: "PLAYBACK_START" });
}
