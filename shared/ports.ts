/** The smallest interfaces the core and the app's layers need from a platform. */
import type { Rung } from "./protocol/messages.ts";
import type { LocalTime } from "./time/instants.ts";

/** The one way the app reads time. `performanceNow` is `performance.now()` of the page, in ms. */
export interface LocalClock {
  now(): LocalTime;
  fromPerformance(performanceNow: number): LocalTime;
  toPerformance(local: LocalTime): number;
}

/** `edits` carries deltas and what belongs to them, `live` frames that only the newest of matters. */
export type Channel = "edits" | "live";

export interface LinkEvents extends Record<string, unknown> {
  /** A datagram of another actor's. The link knows whose it is; the bytes do not say. */
  message: { readonly actor: number; readonly channel: Channel; readonly bytes: Uint8Array };
  /** From now on what is sent reaches this actor, as far as the link can know. */
  open: { readonly actor: number };
  /** This actor is not to be reached any more. */
  closed: { readonly actor: number };
}

/**
 * One way to reach the other actors of a room. Best effort: datagrams may be lost, doubled or come
 * late; they are never damaged, and never attributed to another actor. `relay`, `mesh` and `sfu`
 * implement it and pass one contract suite.
 */
export interface Link {
  readonly rung: Rung;
  on<K extends keyof LinkEvents>(name: K, listener: (event: LinkEvents[K]) => void): () => void;
  /** To every open actor. Returns how many datagrams left this browser. */
  broadcast(channel: Channel, bytes: Uint8Array): number;
  /** To one actor; false where the link cannot address it (closed, or a link that only fans out). */
  send(actor: number, channel: Channel, bytes: Uint8Array): boolean;
  /** The actors that are open now. */
  readonly peers: ReadonlySet<number>;
  /** Idempotent, silent afterwards. */
  close(): void;
}
