/**
 * One life of this browser in a room: the actor that a welcome has named, its copy of the document and its
 * paths to the others. A new actor ends it; what it had not delivered, the next one writes again.
 */
import { type Received, Spoke } from "#shared/document/spoke.ts";
import type { Restamped } from "#shared/document/unstamped.ts";
import type { Random } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Peer } from "#shared/protocol/messages.ts";
import type { LocalTime } from "#shared/time/instants.ts";
import type { Counters } from "./counters.ts";
import { Paths } from "./paths.ts";
import type { Requests } from "./requests.ts";
import type { SignalingSocket, Welcome } from "./signaling-socket.ts";

export interface Life {
  readonly welcome: Welcome;
  readonly spoke: Spoke;
  readonly paths: Paths;
}

export interface LifeOptions {
  readonly welcome: Welcome;
  readonly socket: SignalingSocket;
  readonly requests: Requests;
  /** Those in the room, by actor, as the roster now has them. */
  readonly peers: ReadonlyMap<number, Peer>;
  readonly counters: Counters;
  readonly random: Random;
  readonly clock: LocalClock;
  /** Room time in ms; 0 while there is none. */
  readonly nowMs: () => number;
  readonly handleReceived: (received: Received) => void;
  readonly handleLive: (actor: number, bytes: Uint8Array) => void;
  readonly handlePathChange: () => void;
}

/** It has seen nothing yet. */
export function newLife(options: LifeOptions): Life {
  const { welcome, socket, requests, peers, counters, random, clock } = options;
  const { actor, role, seed } = welcome;
  const spoke = new Spoke({
    actor,
    seed,
    mayWrite: role !== "listener",
    // Whom the roster has not told of yet is let in: the server will not have let a listener produce.
    peerMayWrite: (peer) => peers.get(peer)?.role !== "listener",
    peerMayConduct: (peer) => peers.get(peer)?.role === "leader",
  });
  const paths = new Paths({
    self: actor,
    role,
    socket,
    requests,
    counters,
    random,
    now: () => clock.now(),
    handleMessage: (peer, bytes, via) => {
      options.handleReceived(spoke.handlePeerFrame(peer, bytes, clock.now(), options.nowMs(), via));
    },
    handleLive: options.handleLive,
    handleChange: options.handlePathChange,
    handlePeerClosed: (peer, via) => spoke.peerClosed(peer, via),
  });
  return { welcome, spoke, paths };
}

/** Writes again, as the new actor, what the old one had not delivered; tells the stamps that replace others. */
export function inherit(spoke: Spoke, before: Spoke, now: LocalTime, nowMs: number): readonly Restamped[] {
  const restamped: Restamped[] = [];
  for (const { writes, stamp, atMs } of before.rewrites(now, nowMs)) {
    if (!spoke.canCommit) break;
    restamped.push({ from: stamp, to: spoke.commit(writes, atMs, now).stamp });
  }
  return restamped;
}
