/**
 * A member of a room on the real server, in this page: a socket, and one link made and fed as the app
 * makes and feeds it. What the link tells is kept, for the tests to look at.
 */
import { commands } from "vitest/browser";
import { expect, inject } from "vitest";
import type { Channel, Link } from "#shared/ports.ts";
import type { Role, Rung } from "#shared/protocol/messages.ts";
import type { CreatedRoom } from "./commands.ts";
import { type Counters, zeroCounters } from "../../../web/net/counters.ts";
import { MeshLink } from "../../../web/net/mesh-link.ts";
import { RelayLink } from "../../../web/net/relay-link.ts";
import { Requests } from "../../../web/net/requests.ts";
import { SfuLink } from "../../../web/net/sfu-link.ts";
import { type RoomMessage, SignalingSocket, type Welcome } from "../../../web/net/signaling-socket.ts";

export interface Told {
  readonly name: "open" | "closed";
  readonly actor: number;
}

export interface Heard {
  readonly actor: number;
  readonly channel: Channel;
  readonly bytes: Uint8Array;
}

export interface Member {
  readonly actor: number;
  readonly role: Role;
  readonly welcome: Welcome;
  readonly socket: SignalingSocket;
  readonly requests: Requests;
  readonly counters: Counters;
  link: Link;
  /** In the order in which the link told it, over all of this member's links. */
  readonly told: Told[];
  readonly heard: Heard[];
  /** What the server says meanwhile does not come to the link. */
  isDeaf: boolean;
  /** Goes as the app goes from a rung; on the relay, where the link is the socket, from the room. */
  close(): void;
  /** A second link of the same actor, as after a change of rung and back. Not on the relay. */
  reopen(): void;
}

export interface Room {
  join(role: Role): Promise<Member>;
  close(): void;
}

declare module "vitest" {
  interface ProvidedContext {
    serverUrl: string;
  }
}

declare module "vitest/browser" {
  interface BrowserCommands {
    createRoom(serverUrl: string, topology: Rung): Promise<CreatedRoom>;
  }
}

export async function openRoom(rung: Rung): Promise<Room> {
  const serverUrl = inject("serverUrl");
  const { links } = await commands.createRoom(serverUrl, rung);
  const members: Member[] = [];
  return {
    async join(role) {
      const token = new URL(links[role], serverUrl).hash.slice(1);
      const member = await enter(rung, new URL("/ws", serverUrl).href.replace(/^http/, "ws"), token);
      members.push(member);
      expect(member.role).toBe(role);
      return member;
    },
    close() {
      for (const { link, requests, socket } of members) {
        link.close();
        requests.close();
        socket.close();
      }
    },
  };
}

async function enter(rung: Rung, url: string, token: string): Promise<Member> {
  const counters = zeroCounters();
  const socket = new SignalingSocket({ url, token, counters, random: Math.random });
  const requests = new Requests(socket);
  const relay = rung === "relay" ? new RelayLink({ socket, counters }) : null;
  const told: Told[] = [];
  const heard: Heard[] = [];
  const record = (link: Link): Link => {
    link.on("open", ({ actor }) => told.push({ name: "open", actor }));
    link.on("closed", ({ actor }) => told.push({ name: "closed", actor }));
    link.on("message", ({ actor, channel, bytes }) => heard.push({ actor, channel, bytes: bytes.slice() }));
    return link;
  };
  if (relay) record(relay);
  /** What came before there was a link to hand it to. */
  const early: RoomMessage[] = [];
  const listeners = { message: (message: RoomMessage): void => void early.push(message) };
  socket.on("message", (message) => listeners.message(message));
  const welcome = await new Promise<Welcome>((resolve, reject) => {
    socket.on("welcome", resolve);
    socket.on("ended", ({ code }) => reject(new Error(`the server says ${code}`)));
    socket.connect();
  });
  const performers = new Set<number>();
  const note = (message: RoomMessage): void => {
    if (message.type === "peer" && message.peer.role !== "listener") performers.add(message.peer.actor);
    if (message.type === "left") performers.delete(message.actor);
  };
  for (const peer of welcome.roster) note({ type: "peer", peer });
  const make = (): Link => {
    const iceServers = () => welcome.iceServers as RTCIceServer[];
    if (relay) return relay;
    if (rung === "sfu") {
      const mayProduce = welcome.role !== "listener";
      const { request } = requests;
      return record(new SfuLink({ request, iceServers, mayProduce, counters, random: Math.random }));
    }
    const mesh = new MeshLink({
      self: welcome.actor,
      iceServers,
      counters,
      random: Math.random,
      signal: (to, data) => socket.send({ type: "signal", to, data: { ...data } }),
    });
    for (const actor of performers) mesh.handlePeer(actor);
    return record(mesh);
  };
  const member: Member = {
    actor: welcome.actor,
    role: welcome.role,
    welcome,
    socket,
    requests,
    counters,
    link: make(),
    told,
    heard,
    isDeaf: false,
    close() {
      member.link.close();
      if (relay) socket.close();
    },
    reopen() {
      member.link = make();
    },
  };
  listeners.message = (message) => {
    note(message);
    if (!member.isDeaf) feed(member.link, message);
  };
  for (const message of early) listeners.message(message);
  return member;
}

/** What the session does with the server's messages; the relay hears them from the socket itself. */
function feed(link: Link, message: RoomMessage): void {
  if (link instanceof MeshLink) {
    if (message.type === "peer" && message.peer.role !== "listener") link.handlePeer(message.peer.actor);
    if (message.type === "left") link.handleLeft(message.actor);
    if (message.type === "signal") link.handleSignal(message.from, message.data);
  }
  if (link instanceof SfuLink) {
    if (message.type === "dataProducer") link.handleDataProducer(message.actor, message.dataProducerId);
    if (message.type === "left") link.handleLeft(message.actor);
    if (message.type === "sfuReset") link.reset(message.within);
  }
}
