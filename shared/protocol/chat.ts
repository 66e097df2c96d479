/** What is said in a room and kept, and the signs that are not. Pages fetch this after their first sound. */
import * as v from "valibot";
import { LIMITS } from "./limits.ts";

/** Signs as a score has them: bravo and lovely for what was heard, the others for what is to come. */
export const REACTIONS = ["bravo", "lovely", "again", "hold", "more", "less"] as const;
export const Reaction = v.picklist(REACTIONS);
export type Reaction = v.InferOutput<typeof Reaction>;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Something that was said, as the server stamped it. */
export const ChatLine = v.object({
  /** Counts up in a room, with gaps. */
  n: count,
  member: count,
  /** The speaker's name and colour then. */
  name: v.pipe(v.string(), v.maxLength(LIMITS.nameLength)),
  color: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15)),
  /** Room ms. */
  time: count,
  /** The bar that the speaker heard, counted from 1; left out while nothing played. */
  bar: v.optional(count),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.chatLength)),
  /** The speaker's own number for it. */
  key: count,
});
export type ChatLine = v.InferOutput<typeof ChatLine>;

/** Why something was not said. */
export type ChatRefusal =
  /** Listeners do not write. */
  | "FORBIDDEN"
  /** Faster than the room takes it. */
  | "RATE"
  /** The server cannot store it now. */
  | "UNAVAILABLE";

/** What a person is slowed in. */
export const SLOWED = ["live", "presence", "reaction"] as const;
export type Slowed = (typeof SLOWED)[number];
