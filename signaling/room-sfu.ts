/** A room's side of the SFU: opened at the first request, and gone with the last one's leaving. */
import { err, type Result } from "#shared/lib/result.ts";
import { Scope } from "#shared/lib/scope.ts";
import { frameKind } from "#shared/protocol/frames.ts";
import type { ClientMessage, Role, ServerMessage } from "#shared/protocol/messages.ts";
import { comeBackWithin } from "#shared/room/coming-back.ts";
import type { Log } from "./log.ts";
import type { SfuRoom, SfuService } from "./sfu-port.ts";

export interface RoomSfuEvents {
  /** A delta that this actor sent by the SFU, or a part of one. */
  data(actor: number, bytes: Uint8Array): void;
  dataProducer(actor: number, dataProducerId: string): void;
  /** Packets of this actor's programme come, or do not. */
  programme(actor: number, flows: boolean): void;
  /** This actor is to make its transports anew, at an instant within so many seconds. */
  reset(actor: number, within: number): void;
}

export type SfuRequest = Omit<Extract<ClientMessage, { type: "sfu" }>, "type">;
type SfuReply = Extract<ServerMessage, { type: "sfuReply" }>;

export class RoomSfu {
  readonly #id: string;
  readonly #service: SfuService;
  readonly #log: Log;
  readonly #events: RoomSfuEvents;
  readonly #scope = new Scope();
  #opening: Promise<SfuRoom> | null = null;
  #room: SfuRoom | null = null;
  #programme: Parameters<SfuRoom["setProgramme"]> = [[], []];

  constructor(id: string, service: SfuService, log: Log, events: RoomSfuEvents) {
    this.#id = id;
    this.#service = service;
    this.#log = log;
    this.#events = events;
  }

  /** Always answers. */
  async handle(actor: number, role: Role, request: SfuRequest): Promise<SfuReply> {
    const { method, params } = request;
    this.#opening ??= this.#open();
    try {
      const room = await this.#opening;
      return sfuReply(request, await room.handle(actor, role, method, params));
    } catch (error) {
      this.#opening = null;
      this.#log.error({ room: this.#id, method, err: error }, "SFU request failed");
      return sfuReply(request, err("UNAVAILABLE"));
    }
  }

  leave(actor: number): void {
    this.#room?.leave(actor);
  }

  /** A leader has muted it. */
  closeInput(actor: number): void {
    this.#room?.closeInput(actor);
  }

  /** Who may send the programme, and whose is heard: also once the SFU is opened. */
  setProgramme(...programme: Parameters<SfuRoom["setProgramme"]>): void {
    this.#programme = programme;
    this.#room?.setProgramme(...programme);
  }

  close(): void {
    this.#scope.close();
  }

  async #open(): Promise<SfuRoom> {
    const room = await this.#service.room(this.#id);
    this.#scope.own(() => room.close());
    this.#scope.own(room.on("data", ({ actor, bytes }) => this.#handleData(actor, bytes)));
    this.#scope.own(
      room.on("dataProducer", ({ actor, dataProducerId }) =>
        this.#events.dataProducer(actor, dataProducerId),
      ),
    );
    this.#scope.own(room.on("programme", ({ actor, flows }) => this.#events.programme(actor, flows)));
    room.setProgramme(...this.#programme);
    this.#scope.own(room.on("reset", ({ guests }) => this.#handleReset(guests)));
    this.#room = room;
    return room;
  }

  #handleReset(guests: readonly { readonly actor: number; readonly role: Role }[]): void {
    const listeners = guests.filter(({ role }) => role === "listener").length;
    for (const { actor, role } of guests) this.#events.reset(actor, comeBackWithin(role, listeners));
  }

  /** The tap hears the probes of a path that opens, too; they are for the other clients. */
  #handleData(actor: number, bytes: Uint8Array): void {
    const kind = frameKind(bytes);
    if (kind === "delta" || kind === "part") this.#events.data(actor, bytes);
  }
}

export const sfuReply = ({ id }: SfuRequest, reply: Result<Record<string, unknown>, string>): SfuReply => ({
  type: "sfuReply",
  id,
  ...(reply.ok ? { result: reply.value } : { error: reply.error }),
});
