/** What the processes of the audience benchmark tell each other. */

/** Who forwards: the product's SFU, or mediasoup alone. */
export const SUBJECTS = ["tutti", "bare"] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface ForwarderOptions {
  readonly subject: Subject;
  readonly listeners: number;
  readonly workers: number;
  /** Of the product: consumers on one worker, from which on listeners go to the next. */
  readonly perRouter: number;
  /** UDP ports of 127.0.0.1 that the listeners are spread over. */
  readonly sinkPorts: readonly number[];
}

/** Of a forwarder, once all its listeners hear. */
export interface ForwarderReady {
  readonly type: "ready";
  /** Where the producer's packets go, as plain RTP. */
  readonly port: number;
  readonly workerPids: readonly number[];
}

/** Packets that have gone out to all listeners so far. */
export interface Forwarded {
  readonly type: "forwarded";
  readonly packets: number;
}

export type ForwarderWord = ForwarderReady | Forwarded;

/** Of the sink. */
export type SinkWord =
  | { readonly type: "ports"; readonly ports: readonly number[] }
  | { readonly type: "came"; readonly packets: number };
