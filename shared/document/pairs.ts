/**
 * The mesh pairs of one client: what it owes each peer, what it has to acknowledge there, and whether the
 * pair is losing packets. A pair is best effort: a peer that stalls is asked for an answer with one delta, and
 * gets the rest by way of the server.
 */
import { LIMITS } from "../protocol/limits.ts";
import { decodeAck, encodeAck } from "./codec.ts";
import type { Delta } from "./delta.ts";
import { LossWatch } from "./loss.ts";
import { Outbox } from "./outbox.ts";
import { datagramsOf } from "./parts.ts";
import type { VersionVector } from "./version-vector.ts";

/** Seconds that an acknowledgement waits for others to ride along. */
export const ACK_DELAY = 0.005;
/** Shortest wait before a delta is sent to a mesh peer again. */
const MIN_RESEND = 0.05;
/** Longest, however long round trips have been. */
const MAX_RESEND = 1;
/** What a round trip may exceed the usual one by before it counts as none, at least. */
const MIN_SLACK = 0.01;

export interface PairSend {
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly kind: "delta" | "ack";
}

/** Smoothed round trip of a pair and its deviation. Source: RFC 6298. */
class RoundTrips {
  #smooth: number | null = null;
  #deviation = 0;

  add(sample: number): void {
    if (this.#smooth === null) {
      this.#smooth = sample;
      this.#deviation = sample / 2;
      return;
    }
    this.#deviation += (Math.abs(sample - this.#smooth) - this.#deviation) / 4;
    this.#smooth += (sample - this.#smooth) / 8;
  }

  /** Seconds after which an acknowledgement should have come; `guess` is the round trip while none is known. */
  patience(guess: number): number {
    if (this.#smooth === null) return Math.max(MIN_RESEND, guess * 1.25 + ACK_DELAY);
    const usual = this.#smooth + Math.max(MIN_SLACK, 4 * this.#deviation);
    return Math.min(MAX_RESEND, Math.max(MIN_RESEND, usual));
  }
}

interface Pair {
  readonly outbox: Outbox;
  readonly loss: LossWatch;
  readonly trips: RoundTrips;
  ackDue: number | null;
  stalled: boolean;
}

export class Pairs {
  readonly #pairs = new Map<number, Pair>();
  /** Datagrams of each peer's that have come, also before this side's pair was open. */
  readonly #heard = new Map<number, number>();
  /** Seconds, of the slowest pair: a guess until a pair's own is known. */
  #rtt = 0;

  /** These channels are open, and no others. Returns those that were open before. */
  setPeers(peers: ReadonlySet<number>, rtt: number): number[] {
    this.#rtt = rtt;
    for (const peer of peers) if (!this.#pairs.has(peer)) this.#pairs.set(peer, this.#open());
    return [...this.#pairs.keys()].filter((peer) => !peers.has(peer));
  }

  close(peer: number): void {
    this.#pairs.delete(peer);
    this.#heard.delete(peer);
  }

  /** An own delta is owed to every peer that keeps up. */
  offer(delta: Delta, now: number): void {
    for (const pair of this.#pairs.values()) {
      if (!pair.stalled && pair.outbox.offer(delta, now)) continue;
      pair.stalled = true;
      // It goes out again until it is acknowledged: nothing else would tell that the peer is back.
      pair.outbox.keepFirst();
    }
  }

  /** A datagram of this peer's came, whatever is in it. */
  handleHeard(peer: number): void {
    this.#heard.set(peer, (this.#heard.get(peer) ?? 0) + 1);
  }

  /** Something of this peer's is here, or was here already: it is told. */
  oweAck(peer: number, now: number): void {
    const pair = this.#pairs.get(peer);
    if (pair) pair.ackDue ??= now + ACK_DELAY;
  }

  /** Returns what is wrong with the frame, or null. */
  handleAck(peer: number, bytes: Uint8Array, now: number): string | null {
    const ack = decodeAck(bytes);
    if (!ack.ok) return ack.error;
    const pair = this.#pairs.get(peer);
    if (!pair) return null;
    const sentAt = pair.outbox.acknowledge(ack.value.vector);
    if (sentAt !== null) pair.trips.add(now - sentAt);
    pair.loss.handleHeard(ack.value.heard, now, pair.trips.patience(this.#rtt));
    pair.stalled = false;
    return null;
  }

  get nextDue(): number | null {
    let next: number | null = null;
    for (const { ackDue, outbox } of this.#pairs.values()) {
      const { nextDue } = outbox;
      if (nextDue !== null && (next === null || nextDue < next)) next = nextDue;
      if (ackDue !== null && (next === null || ackDue < next)) next = ackDue;
    }
    return next;
  }

  /** Everything that is due by now. `vector` is what this client has. */
  take(now: number, nowMs: number, vector: VersionVector): PairSend[] {
    const sends: PairSend[] = [];
    const next = this.nextDue;
    if (next === null || next > now) return sends;
    const encoded = new Map<Delta, Uint8Array[]>();
    for (const [to, pair] of this.#pairs) {
      for (const delta of pair.outbox.take(now, { copyAfter: pair.loss.copyAfter(now) })) {
        let datagrams = encoded.get(delta);
        if (!datagrams) encoded.set(delta, (datagrams = datagramsOf(delta, nowMs)));
        for (const bytes of datagrams) {
          pair.loss.handleSent(now);
          sends.push({ to, bytes, kind: "delta" });
        }
      }
      if (pair.ackDue === null || pair.ackDue > now) continue;
      pair.ackDue = null;
      sends.push({ to, bytes: encodeAck(vector.subset([to]), this.#heard.get(to) ?? 0), kind: "ack" });
    }
    return sends;
  }

  #open(): Pair {
    const trips = new RoundTrips();
    return {
      outbox: new Outbox({ resendAfter: () => trips.patience(this.#rtt), bound: LIMITS.pairDeltas }),
      loss: new LossWatch(),
      trips,
      ackDue: null,
      stalled: false,
    };
  }
}
