/**
 * The digest of a document: a sum over its registers of a hash of key and stamp, 64 bits in two lanes, so
 * that it is kept up register by register and does not ask in which order they came.
 */
import type { RegisterKey, Stamp } from "./delta.ts";
import type { Register } from "./snapshot-codec.ts";

/** A register that stands, with the two lanes of its hash: i32, which an engine keeps without a box. */
export interface Entry extends Register {
  readonly low: number;
  readonly high: number;
}

/** Sets the second lane apart from the first, whose seed is 0. */
export const HIGH_SEED = 0x9e3779b9;

const mix = (hash: number): number => {
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
};

/** One lane of a register's hash, from that of its id. */
function lane(idHash: number, stamp: Stamp, seed: number): number {
  let hash = mix(idHash ^ seed);
  hash = mix(hash ^ stamp.time);
  hash = mix(hash ^ Math.floor(stamp.time / 2 ** 32));
  hash = mix(hash ^ stamp.counter);
  return mix(hash ^ stamp.actor ^ seed);
}

/** `low` and `high` are the hashes of its key's id, without a seed and with `HIGH_SEED`. */
export function entryOf<Key extends RegisterKey>(
  key: Key,
  { value, stamp }: Register,
  [low, high]: readonly [low: number, high: number],
): Entry & { readonly key: Key } {
  return { key, value, stamp, low: lane(low, stamp, 0), high: lane(high, stamp, HIGH_SEED) };
}

const hex = (lane32: number): string => (lane32 >>> 0).toString(16).padStart(8, "0");

export class Digest {
  #low = 0;
  #high = 0;

  /** u32 */
  get low(): number {
    return this.#low >>> 0;
  }

  add({ low, high }: Entry): void {
    this.#low = (this.#low + low) | 0;
    this.#high = (this.#high + high) | 0;
  }

  subtract({ low, high }: Entry): void {
    this.#low = (this.#low - low) | 0;
    this.#high = (this.#high - high) | 0;
  }

  clear(): void {
    this.#low = this.#high = 0;
  }

  toString(): string {
    return hex(this.#high) + hex(this.#low);
  }
}
