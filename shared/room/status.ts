/**
 * What a connection says of itself, and when that is news to the others. Measurements jitter with
 * every ping; without a threshold a room of sixteen would tell each other about noise.
 */
import type { Status } from "../protocol/messages.ts";

/** The least seconds between two reports of one peer to the others. */
export const STATUS_INTERVAL = 1;
/** Half a pixel of the tuning rail and less is noise, in seconds. */
const OFFSET_STEP = 0.0001;
const BOUND_STEP = 0.0005;
const RTT_STEP = 0.002;
const AHEAD_STEP = 0.005;
/** What is seen of it moves by a frame, and clocks drift by as much in some minutes. */
const EPOCH_STEP = 0.01;

/** Whether the others should hear of `next` when `told` is the last they heard. */
export function isNews(told: Status | null, next: Status): boolean {
  if (told === null) return true;
  return (
    told.rung !== next.rung ||
    told.sound !== next.sound ||
    told.clock.state !== next.clock.state ||
    Math.abs(told.clock.offset - next.clock.offset) > OFFSET_STEP ||
    Math.abs(told.clock.errorBound - next.clock.errorBound) > BOUND_STEP ||
    Math.abs(told.clock.rtt - next.clock.rtt) > Math.max(RTT_STEP, told.clock.rtt / 5) ||
    Math.abs(told.renderAhead - next.renderAhead) > AHEAD_STEP ||
    Math.abs((told.captureEpoch ?? 0) - (next.captureEpoch ?? 0)) > EPOCH_STEP ||
    !sameActors(told.direct, next.direct)
  );
}

function sameActors(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Set(a);
  return b.every((actor) => known.has(actor));
}
