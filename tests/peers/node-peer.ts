/**
 * A performer or listener without a page: the app's own `Connection`, with its ladder, links and delivery, in Node.
 * Its Workers are threads and its data channels libdatachannel's; nothing in between is a stand-in.
 */
import { cleanup } from "node-datachannel";
import * as v from "valibot";
import { applyCommand } from "#shared/document/commands.ts";
import type { Spoke } from "#shared/document/spoke.ts";
import type { Random } from "#shared/lib/random.ts";
import { Command, type CommandInput } from "#shared/protocol/commands.ts";
import { roomTime } from "#shared/time/instants.ts";
import { createLocalClock } from "../../web/local-clock.ts";
import { Connection } from "../../web/net/connection.ts";
import { type Counters, zeroCounters } from "../../web/net/counters.ts";
import { until } from "../e2e/support/until.ts";
import { NodePeerConnection } from "./node-peer-connection.ts";
import { NodeWorker } from "./node-worker.ts";

/** By this mediasoup-client chooses how it talks to the browser: as to a current Chrome. */
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/** What of a browser the app's net finds in this process. */
export interface Browser {
  readonly Worker: unknown;
  readonly RTCPeerConnection: unknown;
  /** Made, and not used for data. */
  readonly MediaStream: unknown;
}

export const USUAL: Browser = {
  Worker: NodeWorker,
  RTCPeerConnection: NodePeerConnection,
  MediaStream: EventTarget,
};

export function installBrowser(browser: Browser): void {
  Object.assign(globalThis, browser);
  // Node has one of its own, which can only be replaced.
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: USER_AGENT }, configurable: true });
}

export class NodePeer {
  readonly connection: Connection;
  readonly counters: Counters = zeroCounters();
  #ended: string | null = null;

  constructor(link: URL, name: string) {
    this.connection = new Connection({
      url: `ws://${link.host}/ws`,
      token: link.hash.slice(1),
      memberKey: null,
      name,
      clock: createLocalClock(),
      counters: this.counters,
      random: Math.random,
      sound: () => ({ sound: "off", renderAhead: 0 }),
      isHeard: () => false,
    });
    this.connection.on("ended", (code) => (this.#ended = code));
  }

  get spoke(): Spoke {
    const { spoke } = this.connection;
    if (!spoke) throw new Error("this peer has not been welcomed");
    return spoke;
  }

  /** Until this peer hears so many others on the SFU, and its own edits take it. */
  async untilOnSfu(others: number): Promise<void> {
    const { connection } = this;
    await until(() => connection.rung === "sfu" && (connection.spoke?.direct.size ?? 0) >= others, {
      what: `the SFU with ${others} others`,
      timeoutMs: 60_000,
      detail: () => `${this.#ended ?? connection.rung}, hears ${connection.spoke?.direct.size}`,
    });
  }

  /** What the command means here, as one delta. False where it would change nothing. */
  dispatch(input: CommandInput): boolean {
    const { document, actor } = this.spoke.replica;
    const context = { now: this.connection.roomNow() ?? roomTime(0), lead: 0.2, actor };
    const writes = applyCommand(document, v.parse(Command, input), context);
    if (!writes.ok) throw new Error(writes.error.message);
    if (writes.value.length === 0) return false;
    if (!this.connection.commit(writes.value)) throw new Error("too many edits wait for the server");
    return true;
  }
}

/** People of one room, who came in at the same time. */
export class NodePeers {
  readonly all: readonly NodePeer[];

  /** `link` is one of the room's links. */
  constructor(link: string, count: number, browser: Partial<Browser> = {}) {
    installBrowser({ ...USUAL, ...browser });
    this.all = Array.from({ length: count }, (_, i) => new NodePeer(new URL(link), `Peer ${i + 1}`));
  }

  /** Waits until everybody hears everybody on the SFU. */
  async untilOnSfu(): Promise<void> {
    await Promise.all(this.all.map((peer) => peer.untilOnSfu(this.all.length - 1)));
  }

  /** Everybody leaves, and libdatachannel's threads end: with them this process could not. */
  close(): void {
    for (const { connection } of this.all) connection.close();
    cleanup();
  }
}

/** An edit as a hand might make it: mostly steps, some knobs and faders, now and then a whole pattern. */
export function anyEdit(peer: NodePeer, random: Random): CommandInput {
  const { tracks } = peer.spoke.replica.document.jam();
  const below = (count: number): number => Math.floor(random() * count);
  const track = tracks[below(tracks.length)]?.id ?? 0;
  const note = () => ({ step: below(16), pitch: 36 + below(24), velocity: 1 + below(127) });
  const kind = random();
  if (kind < 0.5) return { type: "NOTE_TOGGLE", track, step: below(16), pitch: 36 + below(24) };
  if (kind < 0.75) return { type: "NOTE_SET", track, ...note() };
  if (kind < 0.9) return { type: "TRACK_SET", track, volume: below(150) / 100 };
  if (kind < 0.95) return { type: "SWING_SET", swing: 50 + below(25) };
  return { type: "PATTERN_UPDATE", track, length: 16, notes: Array.from({ length: 4 }, note) };
}
