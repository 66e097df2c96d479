/**
 * What went over the network, counted by kind. The links and the signaling socket count datagrams
 * and messages as they pass; "edits" counts commands, one each, and only who makes them can count those.
 */
import { frameKind } from "#shared/protocol/frames.ts";

export const COUNTER_KINDS = [
  "edits",
  "datagrams",
  "acks",
  "repair",
  "journal",
  "live",
  "clock",
  "control",
] as const;
export type CounterKind = (typeof COUNTER_KINDS)[number];

export interface Counters {
  readonly sent: Record<CounterKind, number>;
  readonly received: Record<CounterKind, number>;
  /** What came in and was not understood, from the server or a peer: dropped without further effect. */
  rejected: number;
  /** How often the document was not what its vector said, and was replaced by the server's. */
  replaced: number;
}

const zeros = (): Record<CounterKind, number> => ({
  edits: 0,
  datagrams: 0,
  acks: 0,
  repair: 0,
  journal: 0,
  live: 0,
  clock: 0,
  control: 0,
});

export const zeroCounters = (): Counters => ({ sent: zeros(), received: zeros(), rejected: 0, replaced: 0 });

/** What a binary frame counts as when nobody says otherwise. Frames of no known kind are live ones. */
export function counterKind(bytes: Uint8Array): CounterKind {
  switch (frameKind(bytes)) {
    case "delta":
    case "part":
      return "datagrams";
    case "have":
    case "ack":
      return "acks";
    case "ping":
    case "pong":
      return "clock";
    case "probe":
      return "control";
    case "snapshot":
    case "replacement":
      return "repair";
    case "live":
    case null:
      return "live";
  }
}
