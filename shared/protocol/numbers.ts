/** Schemas of numbers that messages and commands share. A whole number is one check: an edit waits for it on its way out. */
import * as v from "valibot";

export const integer = (min: number, max: number) =>
  v.custom<number>(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `not a whole number from ${min} to ${max}`,
  );

export const finite = v.pipe(v.number(), v.finite());
