/**
 * Binary frames: the first byte says what a frame is, on the WebSocket and on every data channel.
 * Little-endian. `decode(encode(x))` equals x, and each decoder is total: any bytes give a value or null.
 * Deltas, vectors and snapshots have their own layouts in `document/codec.ts`.
 */
export const FRAME = {
  /** 0x10 to 0x1f: a delta, its flags in the low nibble. Any channel. */
  delta: 0x10,
  /** What the sender has: a version vector. WebSocket both ways. */
  have: 0x20,
  /** Sent when a fast path opens, so that the other side knows that it hears. Data channels. */
  probe: 0x21,
  /** What of the receiver's the sender has, and how many datagrams of its came on this pair. Mesh pairs. */
  ack: 0x22,
  /** A piece of a delta that fits no datagram. Data channels. */
  part: 0x23,
  /** WebSocket, client → server. */
  ping: 0x30,
  /** WebSocket, server → client. */
  pong: 0x31,
  /** WebSocket, server → client. */
  snapshot: 0x40,
  /** A snapshot in place of what the client has: its document is not what its vector says. WebSocket, server → client. */
  replacement: 0x41,
  /** 0x50 to 0x5f: where a hand is, its flags in the low nibble. Data channels, and WebSocket both ways. */
  live: 0x50,
} as const;

export type FrameKind = keyof typeof FRAME;

/** Kinds whose low nibble holds flags. */
const FLAGGED = ["delta", "live"] as const satisfies readonly FrameKind[];
const KINDS = (Object.keys(FRAME) as FrameKind[]).filter((kind) => kind !== "delta" && kind !== "live");

/** Which frame these bytes claim to be, or null. */
export function frameKind(bytes: Uint8Array): FrameKind | null {
  const first = bytes[0];
  if (first === undefined) return null;
  for (const kind of FLAGGED) if ((first & 0xf0) === FRAME[kind]) return kind;
  for (const kind of KINDS) if (first === FRAME[kind]) return kind;
  return null;
}

export const PROBE: Uint8Array = Uint8Array.of(FRAME.probe);

export interface Ping {
  /** Matches the pong to the ping. u16, wraps. */
  readonly id: number;
  /** What the client has, and what has come of it: where the vectors agree, the documents must. Since 1.1. */
  readonly state?: {
    /** Hash of the client's version vector. u32. */
    readonly tip: number;
    /** The low half of its document's digest. u32. */
    readonly digest: number;
  };
}

export interface Pong {
  readonly id: number;
  /** u32, the server's life: see `welcome.clockEpoch`. */
  readonly clockEpoch: number;
  /** Room time in seconds at which the ping was read and the pong written. */
  readonly received: number;
  readonly sent: number;
  /** Hash of the room's version vector: one that differs from the client's own means that something is missing. u32. */
  readonly tip: number;
  /**
   * Seconds that the server's thread has lately come late to what had arrived: `received` may be late by
   * as much. In steps of 0.1 ms, 6.5535 s at most. Since 1.1; 0 from an older server.
   */
  readonly serverDelay: number;
  /** How many of this client's datagrams the SFU has brought the server so far. u16, wraps. Since 1.1. */
  readonly heard?: number;
}

const PING_BYTES = 11;
const PING_BYTES_1_0 = 3;

export function encodePing(ping: Ping): Uint8Array {
  const bytes = new Uint8Array(ping.state ? PING_BYTES : PING_BYTES_1_0);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FRAME.ping);
  view.setUint16(1, ping.id, true);
  if (ping.state) {
    view.setUint32(3, ping.state.tip, true);
    view.setUint32(7, ping.state.digest, true);
  }
  return bytes;
}

export function decodePing(bytes: Uint8Array): Ping | null {
  // What a later minor version has put behind it is left alone.
  if (bytes.length < PING_BYTES_1_0 || bytes[0] !== FRAME.ping) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const id = view.getUint16(1, true);
  if (bytes.length < PING_BYTES) return { id };
  return { id, state: { tip: view.getUint32(3, true), digest: view.getUint32(7, true) } };
}

const PONG_BYTES = 31;
const PONG_BYTES_1_0 = 27;
const SERVER_DELAY_STEP = 0.000_1;

export function encodePong(pong: Pong): Uint8Array {
  const bytes = new Uint8Array(PONG_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FRAME.pong);
  view.setUint16(1, pong.id, true);
  view.setUint32(3, pong.clockEpoch, true);
  view.setFloat64(7, pong.received, true);
  view.setFloat64(15, pong.sent, true);
  view.setUint32(23, pong.tip, true);
  view.setUint16(27, Math.min(0xffff, Math.ceil(pong.serverDelay / SERVER_DELAY_STEP)), true);
  view.setUint16(29, (pong.heard ?? 0) % 0x1_0000, true);
  return bytes;
}

export function decodePong(bytes: Uint8Array): Pong | null {
  // What a later minor version has put behind it is left alone.
  if (bytes.length < PONG_BYTES_1_0 || bytes[0] !== FRAME.pong) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const pong = {
    id: view.getUint16(1, true),
    clockEpoch: view.getUint32(3, true),
    received: view.getFloat64(7, true),
    sent: view.getFloat64(15, true),
    tip: view.getUint32(23, true),
    serverDelay: bytes.length < PONG_BYTES ? 0 : view.getUint16(27, true) * SERVER_DELAY_STEP,
    ...(bytes.length < PONG_BYTES ? {} : { heard: view.getUint16(29, true) }),
  };
  return Number.isFinite(pong.received) && Number.isFinite(pong.sent) ? pong : null;
}
