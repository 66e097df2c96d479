/** Whom a hand's frames do not reach by the fast path. Pure. */
import type { Peer, Rung } from "#shared/protocol/messages.ts";

/**
 * Whether anybody here does not say to hear this actor directly, so that the server has to pass its frames on. `rung`:
 * the one that carries them. How an audience hears nobody is told: on the SFU it hears them there, and else from the
 * server.
 */
export const isAnybodyDeaf = (peers: Iterable<Peer>, self: number, rung: Rung): boolean =>
  [...peers].some(
    ({ actor, role, status }) =>
      actor !== self && (role === "listener" ? rung !== "sfu" : !status?.direct.includes(self)),
  );
