/**
 * The dice of a jam: a hash instead of a generator, so that every browser throws the same number for
 * the same note whichever window it plans first, and asking never changes anything.
 */

/** MurmurHash3's 32-bit step and finaliser. Source: Austin Appleby, public domain. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Uniform in [0, 1), the same for the same five integers in every browser. `salt` keeps apart what is
 * decided at one place: a pitch for a note's own chance.
 */
export const chance = (seed: number, bar: number, track: number, step: number, salt: number): number =>
  finish(mix(mix(mix(mix(mix(0, seed), bar), track), step), salt)) / 4294967296;
