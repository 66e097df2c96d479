/** Rooms for tests, without sockets, disk or SFU: what stands in for each says what it was told. */
import { encodeDelta } from "#shared/document/codec.ts";
import { Replica } from "#shared/document/replica.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import type { Role, ServerMessage, Topology } from "#shared/protocol/messages.ts";
import { Counters } from "./counters.ts";
import type { IceSettings } from "./ice.ts";
import { silentLog } from "./log.ts";
import type { Outlet } from "./outlets.ts";
import type { EnterRequest, Room } from "./room.ts";
import { Rooms } from "./rooms.ts";
import type { SfuRoom, SfuRoomEvents, SfuService } from "./sfu-port.ts";
import { MemoryStore } from "./test-store.ts";
import { Tokens } from "./tokens.ts";

export class FakeSfu implements SfuService {
  readonly workers = { alive: 1, wanted: 1 };
  readonly report = [];
  readonly events = new Emitter<SfuRoomEvents>();
  readonly asked: unknown[] = [];
  readonly left: number[] = [];
  readonly inputsClosed: number[] = [];
  programme: { readonly named: readonly number[]; readonly forwarded: readonly number[] } | null = null;
  closed = 0;
  async room(): Promise<SfuRoom> {
    return {
      handle: async (...asked): Promise<Result<Record<string, unknown>, string>> => {
        this.asked.push(asked);
        return ok({ fine: true });
      },
      leave: (actor) => this.left.push(actor),
      closeInput: (actor) => this.inputsClosed.push(actor),
      setProgramme: (named, forwarded) => (this.programme = { named, forwarded }),
      send: () => false,
      on: (name, listener) => this.events.on(name, listener),
      close: () => this.closed++,
    };
  }
  async close(): Promise<void> {}
}

/** Somebody's page: all that it was sent. */
export class Page implements Outlet {
  readonly texts: ServerMessage[] = [];
  readonly frames: Uint8Array[] = [];
  sendText(message: ServerMessage): void {
    this.texts.push(message);
  }
  sendBinary(bytes: Uint8Array): void {
    this.frames.push(bytes);
  }
  fail(): void {}
  last<K extends ServerMessage["type"]>(type: K): Extract<ServerMessage, { type: K }> | undefined {
    return this.texts.findLast((message) => message.type === type) as never;
  }
}

export const EXPIRY_DAYS = 90;

export class Stage {
  /** Monotonic seconds, which a test moves. */
  readonly time = { now: 1_000 };
  readonly sfu = new FakeSfu();
  readonly counters = new Counters();
  readonly store = new MemoryStore(() => this.time.now * 1000);
  ice: IceSettings = { fixed: [], turn: null };
  rooms = this.newRooms();

  /** As another life of the server finds them. */
  newRooms(): Rooms {
    const { time, store, sfu, counters } = this;
    return new Rooms(
      {
        store,
        clock: { now: () => time.now, unixMs: () => time.now * 1000, epoch: 7, delay: () => 0 },
        tokens: new Tokens(new Uint8Array(32)),
        counters,
        log: silentLog(),
        capacity: { performers: 16, listeners: 16 },
        ice: this.ice,
        sfu,
      },
      { maxRooms: 100, expiryDays: EXPIRY_DAYS },
    );
  }

  async open(topology: Topology = "auto"): Promise<Room> {
    const made = await this.rooms.create(topology);
    const room = made.ok ? await this.rooms.get(made.value.id) : null;
    if (!room) throw new Error("no room");
    return room;
  }
}

/** Lets what was promised come about: each step of it is a microtask. */
export const settle = () => new Promise(setImmediate);

/** Of somebody who comes for the first time. */
export const entering = (role: Role): EnterRequest => ({
  role,
  memberKey: undefined,
  resume: undefined,
  clock: undefined,
  name: undefined,
  links: { listener: "" },
});

export async function enter(room: Room, role: Role = "performer"): Promise<{ page: Page; actor: number }> {
  const page = new Page();
  const seat = await room.enter(entering(role), page);
  if (!seat.ok) throw new Error(seat.error);
  return { page, actor: seat.value.actor };
}

/** The first one of this actor's. */
export const delta = (actor: number): Uint8Array => {
  const replica = new Replica({ actor, seed: 1 });
  const written = replica.commit([{ key: { kind: "room", field: "swing" }, value: 60 }], 1);
  return encodeDelta(written, { explicitActor: false, nowMs: 1 });
};
