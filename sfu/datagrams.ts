/** What all transports keep to that carry datagrams, to people and between halls. */
import type { Label } from "./requests.ts";

/** A datagram is at most 1,100 bytes; whoever sends more than this through the SFU is broken. */
export const MESSAGE_BYTES = 16_384;

/** What may wait for one slow receiver before datagrams are dropped: about a second of a busy room. */
export const SEND_BUFFER_BYTES = 262_144;

/**
 * How long a datagram may wait in the worker for a full congestion window, in ms. Without it the worker of
 * 3.27.1 reads "no limit" as zero and drops what cannot leave in the same instant: a burst loses its tail.
 * An edit is worth waiting for; a parameter frame is too late once it left the jitter buffer's span.
 */
export const LIFETIME_MS = { edits: 500, live: 100 } as const satisfies Record<Label, number>;

/** Never sent again; the server makes good what is lost. mediasoup's consumers do not inherit it. */
export const datagrams = (label: Label) => ({
  ordered: false,
  maxRetransmits: 0,
  maxPacketLifeTime: LIFETIME_MS[label],
});
