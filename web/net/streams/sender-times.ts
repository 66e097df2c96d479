/** What there is to know of a stream's sender to tell which room time it is heard at. */
import type { Rung, Status } from "#shared/protocol/messages.ts";
import type { SenderTimes } from "./stream-lag.ts";

/** What somebody's status says to whoever hears a stream of theirs; `rung` is the one the stream comes by. */
export function senderTimes(status: Status | null, rung: Rung): SenderTimes {
  return {
    lead: status?.renderAhead ?? 0,
    captureEpoch: status?.captureEpoch ?? null,
    uplink: rung === "sfu" && status ? status.clock.rtt / 2 : 0,
    errorBound: status?.clock.errorBound ?? 0,
  };
}
