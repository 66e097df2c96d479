/** How soon those come back whose SFU worker has died. Pure. */
import type { Role } from "../protocol/messages.ts";

/** What a server takes on at ease, listeners a second: each asks for two transports' worth of things. */
const LISTENERS_A_SECOND = 40;
/** However many there are, nobody waits longer. Seconds. */
export const LONGEST_WAIT = 5;

/**
 * The seconds within which somebody is to come back, at an instant of their own choice: who plays at once, an
 * audience the more slowly the larger it is. `listeners` is how many come back together.
 */
export function comeBackWithin(role: Role, listeners: number): number {
  return role === "listener" ? Math.min(LONGEST_WAIT, listeners / LISTENERS_A_SECOND) : 0;
}
