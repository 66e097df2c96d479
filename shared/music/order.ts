/**
 * Fractional indices: a track's place is a string, so that moving one track writes one register and
 * two people who move different tracks do not disturb each other. Strings are compared by code units;
 * equal ones (two people, one gap) fall back to the track's id.
 */

/** Ascending by code unit. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = DIGITS.length;

/** The digit's value; what is no digit counts as the lowest, so that any string is tolerated. */
const digitAt = (text: string, index: number): number =>
  Math.max(0, DIGITS.indexOf(text.charAt(index) || "0"));

/**
 * A string strictly between `a` and `b`; null stands for the respective end.
 *
 * Law: `a < result < b`, and the result never ends with the lowest digit, so that there is always a
 * string before it. Where no such string exists (`a >= b`, from a tie; or a foreign
 * string of lowest digits), it is one after `a`.
 */
export function orderBetween(a: string | null, b: string | null): string {
  const low = a ?? "";
  const high = b !== null && low < b ? b : null;
  let prefix = "";
  for (let index = 0; ; index++) {
    if (high !== null && index >= high.length) return orderBetween(a, null);
    const from = index < low.length ? digitAt(low, index) : 0;
    const to = high === null ? BASE : digitAt(high, index);
    if (from === to) {
      prefix += DIGITS[from];
      continue;
    }
    if (to - from > 1) return prefix + DIGITS[Math.floor((from + to) / 2)];
    // Neighbouring digits: stay on the lower one, and from the next place on only `low` bounds.
    return prefix + DIGITS[from] + orderBetween(low.slice(index + 1) || null, null);
  }
}

/** Ascending in place; ties by track id. */
export const compareOrder = (
  a: { readonly order: string; readonly id: number },
  b: { readonly order: string; readonly id: number },
): number => (a.order < b.order ? -1 : a.order > b.order ? 1 : a.id - b.id);
