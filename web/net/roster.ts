/**
 * Who is in the room and what they do there, as the server last told of it: the people, what they send as sound,
 * and who broadcasts to the audience.
 */
import type { Distance } from "#shared/music/timeline.ts";
import type { Air, Peer, ServerMessage } from "#shared/protocol/messages.ts";
import type { RoomMessage } from "./signaling-socket.ts";

export class Roster {
  readonly peers = new Map<number, Peer>();
  /** What the others send as sound, of those who send any. */
  readonly air = new Map<number, Air>();
  /** Who broadcasts to the audience; null while nobody was told to. */
  programme: Extract<ServerMessage, { readonly type: "programme" }> | null = null;
  /** Somebody in the audience hears hands by the server alone. */
  #relayed = false;

  /** A welcome says who is here; what they do follows it. */
  begin(peers: readonly Peer[]): void {
    this.peers.clear();
    this.air.clear();
    this.programme = null;
    for (const peer of peers) this.peers.set(peer.actor, peer);
  }

  handleMessage(message: RoomMessage): void {
    if (message.type === "peer") this.peers.set(message.peer.actor, message.peer);
    if (message.type === "left") {
      this.peers.delete(message.actor);
      this.air.delete(message.actor);
    }
    if (message.type === "listeners") this.#relayed = message.relayed;
    if (message.type === "air") this.air.set(message.from, message);
    if (message.type === "programme") this.programme = message;
  }

  /** How far away the performers are whose clock is locked. */
  get distances(): Distance[] {
    const distances = [];
    for (const { role, status } of this.peers.values())
      if (role !== "listener" && status?.clock.state === "locked")
        distances.push({ rtt: status.clock.rtt, renderAhead: status.renderAhead });
    return distances;
  }

  /** Whether somebody's hands reach everybody here without the server. */
  isHeardDirectly(actor: number): boolean {
    const isDirect = ({ actor: peer, status }: Peer): boolean =>
      peer === actor || status?.direct.includes(actor) === true;
    return !this.#relayed && [...this.peers.values()].every(isDirect);
  }
}
