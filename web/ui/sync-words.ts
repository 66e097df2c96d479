/** What the Sync panel says: how well this browser is in time, in a musician's words. Pure. */
import type { LiveCounts } from "#shared/live/jitter-buffer.ts";
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import type { ClockState } from "#shared/time/room-clock.ts";
import type { SyncEntry, SyncReading } from "../state/sync-log.ts";
import { figure } from "./sync-badge-words.ts";

/** "37 ms". */
export const plainMs = (seconds: number): string => `${figure(Math.abs(seconds) * 1_000)} ms`;

/** Parts a million with a true minus. */
export function ppm(drift: number): string {
  const size = Math.abs(drift);
  const text = size >= 99.95 ? size.toFixed(0) : size.toFixed(1);
  return `${Number(text) === 0 ? "" : drift < 0 ? "\u2212" : "+"}${text} ppm`;
}

/** A trim as it is read: "+20 ms", "0 ms". */
export function trimText(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  return `${ms < 0 ? "\u2212" : ms > 0 ? "+" : ""}${Math.abs(ms)} ms`;
}

/** What the error bound is made of; each as long as the others, so that nothing moves. */
export function boundWords({
  state,
  errorBound,
  rtt,
}: Pick<SyncReading, "state" | "errorBound" | "rtt">): string {
  if (state === "holdover") return "at most; it grows until the server is heard";
  // Some of a round trip is the server's and this page's own waiting; only much more than one is worth a word.
  if (errorBound > 3 * rtt + 0.001) return "at most: half the round trip, and what busy machines add";
  return "at most: half the round trip that nobody can see";
}

/** What the drift means. */
export function driftWords(drift: number): string {
  if (Math.abs(drift) < 0.05) return "as fast as the room’s";
  return drift < 0 ? "your clock runs fast" : "your clock runs slow";
}

/** What a trim does to the sound. */
export function trimWords(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  if (ms === 0) return "as the device says";
  return `sound leaves ${Math.abs(ms)} milliseconds ${ms > 0 ? "earlier" : "later"}`;
}

export const STATE_SENTENCES: Readonly<Record<ClockState, string>> = {
  unlocked: "Waiting for the room’s clock.",
  locking: "Your clock is settling on the room’s. This takes about a second.",
  locked: "Your clock follows the room’s.",
  holdover: "The server is not heard. You keep the beat from memory, and the bound grows.",
};

/** "2 minutes", "40 seconds". */
function span(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return `${whole} ${whole === 1 ? "second" : "seconds"}`;
  return `${Math.round(whole / 60)} minutes`;
}

/** What the plot shows, for who does not see it. */
export function plotWords(entries: readonly SyncEntry[]): string {
  const known = entries.filter(({ state }) => state === "locked" || state === "holdover");
  const [first] = known;
  const last = known.at(-1);
  if (!first || !last) return "Nothing is measured yet.";
  const farthest = Math.max(...known.map(({ residual }) => Math.abs(residual)));
  const widest = Math.max(...known.map(({ errorBound }) => errorBound));
  const held = known.filter(({ state }) => state === "holdover").length;
  const steps = known.filter(({ generation }, i) => i > 0 && generation !== known[i - 1]?.generation).length;
  return [
    `Over the last ${span(last.time - first.time)} you stood at most ${plainMs(farthest)} off the beat,`,
    `with a bound of at most ${plainMs(Math.max(0.0001, widest))}.`,
    ...(held > 0 ? [`For ${span(held)} of them the beat was held without the server.`] : []),
    ...(steps > 0 ? [`Your clock was set right ${steps === 1 ? "once" : `${steps} times`}.`] : []),
  ].join(" ");
}

/** What each choice of the delay means. */
export const DELAY_WORDS: Readonly<Record<DelayChoice["kind"], string>> = {
  automatic:
    "A knob or a key of somebody else's is heard 100 to 200 ms later, as smooth as the network lets it.",
  tight: "As soon as the network allows: a little less smooth where it is not even.",
  fixed: "Always so much later. What the network brings after that is not smooth.",
};

const frames = (count: number): string => (count === 1 ? "1 frame" : `${count.toLocaleString("en")} frames`);

/** How long hands wait now (seconds; null while nobody has moved anything), and what became of their frames. */
export function handWords(delay: number | null, counts: LiveCounts): string {
  const { heard, late, dropped, missed, refused } = counts;
  if (heard + late + dropped + refused === 0) return "Nobody else has turned anything yet.";
  const told = [`${late} late`, `${dropped + refused} dropped`, `${missed} bridged`].join(", ");
  const now = delay === null ? "" : `Now ${Math.round(delay * 1_000)} ms. `;
  return `${now}${frames(heard)} in time, ${told}.`;
}

export const WIRELESS_HINT =
  "These look like Bluetooth speakers: they may be late by more than they say. Adjust by ear with the metronome.";
export const CHANGED_WORDS =
  "The output changed. Its time is measured anew; see whether the trim still fits.";
