/**
 * Deltas that fit no datagram go in parts and are put together again before anybody looks at them.
 * Parts may be lost, doubled and come in any order; those of a later sending complete an earlier one,
 * since a delta that goes in parts is always written in the same bytes.
 *
 *     part = 0x23 · seq varint · index u8 · parts less one u8 · bytes of the delta
 */
import { FRAME, frameKind } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { encodeDelta } from "./codec.ts";
import type { Delta } from "./delta.ts";

/** Kind, the longest sequence number, index and number. */
const HEAD_BYTES = 8;
const CHUNK_BYTES = LIMITS.datagramBytes - HEAD_BYTES;
const MAX_PARTS = Math.ceil(LIMITS.partedBytes / CHUNK_BYTES);
const MAX_SEQ = 0xffff_ffff;

/** Whether a delta of so many bytes goes over data channels at all; a larger one goes over the WebSocket. */
export const fitsDatagrams = (size: number): boolean => size <= LIMITS.partedBytes;

/**
 * An author's own delta as datagrams: one, or its parts.
 *
 * `nowMs` is the room time of the sending. Parts carry the full time, so that they do not depend on it.
 */
export function datagramsOf(delta: Delta, nowMs: number): Uint8Array[] {
  const whole = encodeDelta(delta, { explicitActor: false, nowMs });
  if (whole.length <= LIMITS.datagramBytes) return [whole];
  return split(delta.seq, encodeDelta(delta, { explicitActor: false, nowMs: 0 }));
}

export function split(seq: number, bytes: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
  return Array.from({ length: count }, (_, index) => {
    const head = new ByteWriter();
    head.u8(FRAME.part);
    head.varint(seq);
    head.u8(index);
    head.u8(count - 1);
    const chunk = bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
    const start = head.take();
    const part = new Uint8Array(start.length + chunk.length);
    part.set(start);
    part.set(chunk, start.length);
    return part;
  });
}

interface Assembly {
  readonly chunks: (Uint8Array | undefined)[];
  missing: number;
}

/** What one peer has begun to send. At most `LIMITS.openParts` deltas are open; the oldest gives way. */
export class Assembler {
  readonly #open = new Map<number, Assembly>();

  /** Which delta this part belongs to; null where the bytes are no part. Total. */
  static seqOf(bytes: Uint8Array): number | null {
    return parse(bytes)?.seq ?? null;
  }

  /** Deltas that are not whole yet. */
  get size(): number {
    return this.#open.size;
  }

  /** The whole delta's bytes with its last missing part; null before, and for bytes that are no part. Total. */
  take(bytes: Uint8Array): Uint8Array | null {
    const part = parse(bytes);
    if (!part) return null;
    let open = this.#open.get(part.seq);
    if (!open || open.chunks.length !== part.count) {
      open = { chunks: Array.from({ length: part.count }), missing: part.count };
      this.#open.delete(part.seq);
      this.#open.set(part.seq, open);
      const [oldest] = this.#open.keys();
      if (this.#open.size > LIMITS.openParts && oldest !== undefined) this.#open.delete(oldest);
    }
    if (open.chunks[part.index]) return null;
    open.chunks[part.index] = part.chunk.slice();
    open.missing -= 1;
    if (open.missing > 0) return null;
    this.#open.delete(part.seq);
    return join(open.chunks.filter((chunk) => chunk !== undefined));
  }
}

/** One for everybody whose parts come. */
export class Assemblers {
  readonly #of = new Map<number, Assembler>();

  take(actor: number, bytes: Uint8Array): Uint8Array | null {
    let assembler = this.#of.get(actor);
    if (!assembler) this.#of.set(actor, (assembler = new Assembler()));
    return assembler.take(bytes);
  }

  forget(actor: number): void {
    this.#of.delete(actor);
  }
}

function parse(bytes: Uint8Array) {
  if (frameKind(bytes) !== "part" || bytes.length > LIMITS.datagramBytes) return null;
  const reader = new ByteReader(bytes);
  reader.u8();
  const seq = reader.varint(MAX_SEQ);
  const index = reader.u8();
  const count = reader.u8() + 1;
  const chunk = bytes.subarray(bytes.length - reader.remaining);
  // Only the last part may be short: nothing else is ever sent, and memory is bounded by it.
  const isWhole = index === count - 1 ? chunk.length > 0 : chunk.length === CHUNK_BYTES;
  if (reader.failed || seq < 1 || index >= count || count > MAX_PARTS || !isWhole) return null;
  if (chunk.length > CHUNK_BYTES) return null;
  return { seq, index, count, chunk };
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
