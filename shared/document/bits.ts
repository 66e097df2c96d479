/**
 * Reading and writing of single bits, low ones first: for columns of numbers that would waste most of a
 * byte each. A reader never throws: past the end it gives zeros and stays `failed`.
 */
import type { ByteWriter } from "./bytes.ts";

/** What fits beside a started byte into 32 bits. */
const CHUNK = 24;
const CHUNK_SIZE = 2 ** CHUNK;
/** Numbers go up to 2^48, and orders as far. */
const MAX_ORDER = 48;

/** The operator is slow with an exponent that varies. */
const power = (exponent: number): number => (exponent < 31 ? 1 << exponent : 2 ** exponent);

/** Bits of a whole number from 1 to 2^53. */
const bitLength = (value: number): number =>
  value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));

export class BitWriter {
  readonly #out: ByteWriter;
  #pending = 0;
  #count = 0;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** The low `width` bits of a whole number; 53 at most. */
  bits(value: number, width: number): void {
    for (; width > CHUNK; width -= CHUNK) {
      this.#put(value % CHUNK_SIZE, CHUNK);
      value = Math.floor(value / CHUNK_SIZE);
    }
    this.#put(value, width);
  }

  /**
   * A whole number from 0 to 2^48 in an exponential Golomb code: `order + 1` bits below 2^order, then
   * two more for each doubling. Any number fits any order; `orderFor` finds a short one.
   *
   * Source: Teuhola, "A Compression Method for Clustered Bit-Vectors" (1978).
   */
  number(value: number, order: number): void {
    const shifted = value + 2 ** order;
    const length = bitLength(shifted);
    this.bits(0, length - order - 1);
    this.bits(1, 1);
    this.bits(shifted % 2 ** (length - 1), length - 1);
  }

  /** Fills the last byte with zeros. */
  flush(): void {
    if (this.#count > 0) this.#out.u8(this.#pending & 0xff);
    this.#pending = 0;
    this.#count = 0;
  }

  #put(value: number, width: number): void {
    this.#pending |= (value & ((1 << width) - 1)) << this.#count;
    this.#count += width;
    for (; this.#count >= 8; this.#count -= 8) {
      this.#out.u8(this.#pending & 0xff);
      this.#pending >>>= 8;
    }
  }
}

/** Bytes that a word may reach past the end: then the reader has not yet noticed. */
const PADDING = 16;

export class BitReader {
  /** The bytes with zeros behind them, so that a word can be read anywhere. */
  readonly #words: DataView;
  /** In bits. */
  readonly #end: number;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    const padded = new Uint8Array(bytes.length + PADDING);
    padded.set(bytes);
    this.#words = new DataView(padded.buffer);
    this.#end = bytes.length * 8;
  }

  /** Something was read that is not there, or not well formed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** In bits. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** 53 at most. */
  bits(width: number): number {
    if (width <= CHUNK) return this.#take(width);
    return this.#take(CHUNK) + this.bits(width - CHUNK) * CHUNK_SIZE;
  }

  /** What `BitWriter.number` wrote with this order; fails above `max`, which is at most 2^48. */
  number(order: number, max: number): number {
    let zeros = 0;
    let next = this.#peek();
    for (; next === 0 && zeros <= MAX_ORDER; next = this.#peek()) {
      zeros += CHUNK;
      this.#at += CHUNK;
    }
    const run = 31 - Math.clz32(next & -next);
    zeros += run;
    this.#at += run + 1;
    const length = order + zeros;
    if (next === 0 || length > 52 || order > MAX_ORDER) this.fail();
    const value = this.bits(this.#failed ? 0 : length) + power(length) - power(order);
    if (value > max) this.fail();
    return this.#failed ? 0 : value;
  }

  fail(): void {
    this.#failed = true;
    this.#at = this.#end;
  }

  #take(width: number): number {
    if (width > this.remaining) this.fail();
    const value = this.#failed ? 0 : this.#peek() & ((1 << width) - 1);
    if (!this.#failed) this.#at += width;
    return value;
  }

  /** The next 24 bits and perhaps some more; zeros past the end. */
  #peek(): number {
    return this.#words.getInt32(this.#at >>> 3, true) >>> (this.#at & 7);
  }
}

/** The order that gives numbers like these short codes: about the logarithm of their median. */
export function orderFor(values: readonly number[]): number {
  const median = Float64Array.from(values).toSorted()[values.length >> 1] ?? 0;
  return Math.max(0, bitLength(median) - 1);
}
