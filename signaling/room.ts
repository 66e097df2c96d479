/**
 * One live room: who comes in and goes, and what each message is for, among the parts that a room is put together
 * from. What a message means is decided in `shared`, who may say it was proved by the connection before it came in;
 * the document's way in and out is `delivery.ts`, and what is kept of it all `room-keeper.ts`.
 */
import { Hub } from "#shared/document/hub.ts";
import type { Snapshot } from "#shared/document/snapshot-codec.ts";
import type { ControlRefusal, LeaderControl } from "#shared/protocol/controls.ts";
import type { ErrorCode } from "#shared/protocol/errors.ts";
import type { Ping } from "#shared/protocol/frames.ts";
import type { Air, Links, Place, Role, Rung, Status } from "#shared/protocol/messages.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { Reaction } from "#shared/protocol/chat.ts";
import { type Capacity, Membership, mayWrite, type Seat } from "#shared/room/membership.ts";
import { Chat, type Words } from "./chat.ts";
import { Conducting } from "./conducting.ts";
import { bandFor, Crowd } from "./crowd.ts";
import { Delivery } from "./delivery.ts";
import { type IceSettings, RoomIce } from "./ice.ts";
import { Leading } from "./leading.ts";
import { OnAir } from "./on-air.ts";
import { type Outlet, Outlets } from "./outlets.ts";
import { Passing } from "./passing.ts";
import { Programme } from "./programme.ts";
import { type KeeperContext, type RoomConstants, RoomKeeper } from "./room-keeper.ts";
import { RoomSfu, type SfuRequest, sfuReply } from "./room-sfu.ts";
import { type HeldTime, RoomTimekeeper } from "./room-time.ts";
import { RosterNews } from "./roster-news.ts";
import { RoomRung } from "./rung.ts";
import type { SfuService } from "./sfu-port.ts";
import type { HistoryPage, HistoryQuery, StoredRoom } from "./store.ts";
import type { ShownKeys, Tokens } from "./tokens.ts";

/** What rooms share. */
export interface RoomContext extends KeeperContext {
  readonly tokens: Tokens;
  readonly capacity: Capacity;
  readonly ice: IceSettings;
  readonly sfu: SfuService | null;
}

export interface EnterRequest extends ShownKeys {
  readonly role: Role;
  readonly clock: HeldTime | undefined;
  readonly name: string | undefined;
  readonly links: Links;
}

export class Room {
  readonly id: string;
  readonly generations: Readonly<Record<Role, number>>;
  readonly #context: RoomContext;
  readonly #constants: RoomConstants;
  readonly #hub: Hub;
  readonly #membership: Membership;
  readonly #outlets = new Outlets();
  readonly #sfu: RoomSfu | null;
  readonly #time: RoomTimekeeper;
  readonly #passing: Passing;
  readonly #chat: Chat;
  readonly #crowd: Crowd;
  readonly #roster: RosterNews;
  readonly #air = new OnAir(this.#outlets, (actor) => this.#sfu?.closeInput(actor));
  readonly #keeper: RoomKeeper;
  readonly #rung: RoomRung;
  readonly #delivery: Delivery;
  readonly #conducting: Conducting;
  readonly #leading: Leading;
  readonly #programme: Programme;
  readonly #ice: RoomIce;
  /** Since when nobody has been here, monotonic seconds. */
  #emptySince: number | null;
  /** Nothing changes any more: what is saved now is what the next life of the server starts from. */
  #stopped = false;

  constructor(stored: StoredRoom, snapshot: Snapshot, context: RoomContext) {
    const { membership, snapshot: _bytes, chat = [], roomMs, createdMs, ...constants } = stored;
    this.id = stored.id;
    this.generations = stored.generations;
    this.#constants = constants;
    this.#context = context;
    this.#membership = new Membership(membership, context.capacity);
    const isAuthor = (actor: number) => this.#membership.wasGiven(actor);
    this.#hub = new Hub({ seed: stored.seed, snapshot, isAuthor });
    this.#ice = new RoomIce(stored.id, context.ice, context.clock);
    this.#time = new RoomTimekeeper(context.clock, createdMs, roomMs);
    this.#sfu = context.sfu && new RoomSfu(stored.id, context.sfu, context.log, this.#sfuEvents());
    const parts = {
      room: stored.id,
      hub: this.#hub,
      membership: this.#membership,
      outlets: this.#outlets,
      time: this.#time,
      now: () => context.clock.now(),
    };
    this.#passing = new Passing(parts);
    this.#crowd = new Crowd(parts);
    this.#roster = new RosterNews({ ...parts, crowd: this.#crowd });
    this.#chat = new Chat({
      ...parts,
      lines: chat,
      roomMs: () => this.#time.nowMs(),
      store: context.store,
      log: context.log,
    });
    const now = context.clock.now();
    this.#rung = new RoomRung(stored.topology, context.sfu, this.heads, now);
    this.#emptySince = now;
    const kept = { ...parts, constants, chat: this.#chat };
    this.#keeper = new RoomKeeper(kept, context, () => this.#delivery.flush());
    this.#delivery = new Delivery({
      ...parts,
      context,
      keeper: this.#keeper,
      refresh: () => this.#conducting.refresh(),
      differs: (actor) => this.#programme.handleDiffers(actor),
    });
    this.#conducting = new Conducting({
      hub: this.#hub,
      now: () => this.#time.now(),
      roundTrips: () => this.#membership.roundTrips(),
      isWritable: () => !this.#stopped && context.store.isWritable,
      flush: () => this.#delivery.flush(),
    });
    this.#leading = new Leading({
      ...parts,
      conducting: this.#conducting,
      changed: (actors) => this.#tellOfRoles(actors),
    });
    this.#programme = new Programme({
      ...parts,
      now: () => this.#time.now(),
      isOnSfu: () => !this.#stopped && this.rung === "sfu",
      timeline: () => this.#hub.document.jam().timeline,
      steer: (named, forwarded) => this.#sfu?.setProgramme(named, forwarded),
    });
  }

  get rung(): Rung {
    return this.#rung.current;
  }

  get heads(): { performers: number; listeners: number } {
    return this.#membership.heads;
  }

  /**
   * Lets somebody in: welcome, snapshot, and word to the others. A key that proves nothing makes a new
   * member or actor; it is no error, since a room may have been restored from an older save.
   */
  async enter(request: EnterRequest, outlet: Outlet): Promise<Result<Seat, ErrorCode>> {
    if (this.#membership.leaseAhead()) {
      const saving = this.save();
      if (this.#membership.mustWait && this.#context.store.isWritable) await saving;
    }
    if (this.#stopped || this.#membership.mustWait) return err("INTERNAL");
    const { member, actor, earlier } = this.#context.tokens.prove(this.id, request);
    const seat = this.#membership.join({
      role: request.role,
      member,
      actor,
      name: request.name,
      nowMs: this.#context.clock.unixMs(),
    });
    if (!seat.ok) return seat;
    this.#leading.entered(seat.value.actor);
    if (actor !== null && request.clock && this.#time.inherit(request.clock)) {
      this.#context.log.info({ room: this.id }, "room time goes on as it was held over");
      this.#context.counters.add("clock.inherited");
    }
    this.#seat(seat.value, request.links, outlet, earlier);
    return ok(seat.value);
  }

  #seat(seat: Seat, links: Links, outlet: Outlet, earlier: readonly number[]): void {
    const { actor, member, role } = seat;
    const { clock, counters, tokens } = this.#context;
    this.#outlets.set(actor, outlet);
    this.#keeper.touch();
    this.#emptySince = null;
    this.#delivery.leave(actor);
    this.#updateTopology();
    outlet.sendText({
      type: "welcome",
      room: this.id,
      seed: this.#constants.seed,
      clockEpoch: clock.epoch,
      member,
      memberKey: tokens.memberKey(this.id, member),
      actor,
      actorKey: tokens.actorKey(this.id, member, actor),
      role,
      roomTime: this.#time.now(),
      roster: bandFor(this.#membership.roster(), actor),
      authors: this.#membership.authors(),
      links,
      topology: this.rung,
      iceServers: this.#ice.servers(actor),
    });
    this.#delivery.join(actor, role, outlet, earlier);
    this.#air.greet(actor);
    this.#crowd.greet(actor);
    this.#programme.greet(actor);
    this.#programme.refresh();
    if (!this.#context.store.isWritable) outlet.sendText({ type: "storage", writable: false });
    this.#roster.tell(actor, { self: false });
    counters.add("joins");
  }

  /** The connection of this actor is gone; one that has been replaced changes nothing. */
  leave(actor: number, outlet: Outlet): void {
    if (!this.#outlets.delete(actor, outlet)) return;
    const { role } = this.#membership.seat(actor) ?? {};
    this.#membership.leave(actor, this.#context.clock.unixMs());
    this.#delivery.leave(actor);
    this.#sfu?.leave(actor);
    this.#passing.leave(actor);
    this.#chat.leave(actor);
    this.#air.leave(actor);
    if (this.#stopped) return;
    this.#keeper.touch();
    this.#roster.tellLeft(actor, role);
    this.#updateTopology();
    this.#programme.leave(actor);
    if (!this.#membership.isEmpty) return;
    this.#emptySince = this.#context.clock.now();
    // The date of the file says since when nobody has been here.
    void this.save();
  }

  ping(actor: number, ping: Ping): void {
    this.#delivery.ping(actor, ping);
  }

  /** A delta of this actor's own; the error says what is wrong with it. */
  delta(actor: number, bytes: Uint8Array, via: "socket" | "sfu"): string | null {
    return this.#delivery.delta(actor, bytes, via);
  }

  /** What this actor says it has; the error says what is wrong with that. */
  have(actor: number, bytes: Uint8Array): string | null {
    return this.#delivery.have(actor, bytes);
  }

  profile(actor: number, profile: { name?: string | undefined; color?: number | undefined }): void {
    this.#keeper.touch();
    for (const touched of this.#membership.setProfile(actor, profile))
      this.#roster.tell(touched, { self: true });
  }

  status(actor: number, status: Status): void {
    this.#membership.setStatus(actor, status);
    this.#delivery.setDirect(actor, status);
    this.#roster.handleStatus(actor);
  }

  /** Only between performers of a mesh; to somebody who has just left it goes nowhere. */
  signal(actor: number, to: number, data: Record<string, unknown>): void {
    const target = this.#membership.seat(to);
    const reaches = this.rung === "mesh" && to !== actor && target && mayWrite(target.role);
    if (!reaches) this.#context.counters.add("signals.dropped");
    else this.#outlets.get(to)?.sendText({ type: "signal", from: actor, data });
  }

  /** What this actor sends as sound. */
  air(actor: number, air: Air): void {
    this.#air.say(actor, air);
  }

  seat(actor: number): Seat | undefined {
    return this.#membership.seat(actor);
  }

  /** A leader conducts; why not, where it is refused. */
  control(actor: number, control: LeaderControl): ControlRefusal | null {
    if (control.type === "INPUT_MUTE") return this.#air.muteInput(control.actor) ? null : "NOT_FOUND";
    if (control.type === "BROADCASTER") return this.#programme.choose(control.actor) ? null : "NOT_FOUND";
    const refused = this.#leading.control(actor, control);
    // Whose doing it was is known beyond their leaving.
    if (refused === null && this.#membership.wrote(actor)) this.#keeper.keepNow();
    return refused;
  }

  presence(actor: number, at: Place | null): void {
    this.#passing.presence(actor, at);
  }

  /** A frame of this actor's hand, which can be read and names nobody. */
  live(actor: number, frame: Uint8Array): void {
    this.#passing.live(actor, frame);
  }

  reaction(actor: number, reaction: Reaction): void {
    this.#passing.reaction(actor, reaction);
  }

  say(actor: number, words: Words): void {
    this.#chat.say(actor, words);
  }

  /** What this actor has not been told, since it did not listen yet. */
  catchUp(actor: number): void {
    this.#chat.tellPast(actor);
    this.#passing.tellHands(actor);
    this.#crowd.greet(actor);
  }

  async sfu(actor: number, role: Role, request: SfuRequest): Promise<void> {
    const isOpen = this.#sfu && this.rung === "sfu";
    const reply = isOpen ? await this.#sfu.handle(actor, role, request) : sfuReply(request, err("TOPOLOGY"));
    this.#outlets.get(actor)?.sendText(reply);
  }

  /** Called about twice a second: what time alone brings about. */
  tick(): void {
    this.#leading.refresh();
    this.#conducting.refresh();
    this.#roster.tellStatuses();
    this.#updateTopology();
    this.#programme.refresh();
    if (this.#ice.renews())
      this.#outlets.each((actor) => ({ type: "iceServers", iceServers: this.#ice.servers(actor) }));
  }

  /** A page of what was written here, newest first. */
  history(query: HistoryQuery): Promise<HistoryPage> {
    return this.#context.store.history(this.id, query);
  }

  /** The document right after the journal's row `n`, as base64 of a snapshot frame; null where that is not kept. */
  moment(n: number): Promise<string | null> {
    return this.#context.store.moment(this.id, n);
  }

  get isDirty(): boolean {
    return this.#keeper.isDirty(!this.#membership.isEmpty);
  }

  /** Seconds that nobody has been here and everything is saved; null while the room is in use. */
  get idleFor(): number | null {
    if (this.#emptySince === null || !this.#keeper.isQuiet || this.isDirty) return null;
    return this.#context.clock.now() - this.#emptySince;
  }

  /** Saves what there is beside the document. */
  save(): Promise<void> {
    return this.#keeper.save();
  }

  /** Everything that was taken in is on disk, and acknowledged, when this resolves. */
  async finish(): Promise<void> {
    this.stop();
    await this.#keeper.settled();
    await this.#keeper.save({ final: true });
  }

  /** Tells everybody whether edits can be kept. */
  announceStorage(writable: boolean): void {
    this.#outlets.broadcast({ type: "storage", writable });
  }

  /** Tells everybody when to come back. */
  announceRestart(afterMs: () => number): void {
    this.#outlets.each(() => ({ type: "retry", afterMs: afterMs() }));
  }

  /** From now on nothing is taken in and nothing acknowledged: an edit acknowledged after the last save would be lost. */
  stop(): void {
    this.#stopped = true;
    this.#delivery.close();
    this.#passing.close();
    this.#chat.close();
    this.#crowd.close();
    this.#conducting.close();
    this.#programme.close();
  }

  close(): void {
    this.stop();
    this.#sfu?.close();
  }

  #sfuEvents() {
    return {
      data: (actor: number, bytes: Uint8Array) => {
        const error = this.delta(actor, bytes, "sfu");
        if (error !== null) this.#context.counters.add("errors.sfu");
      },
      dataProducer: (actor: number, dataProducerId: string) =>
        this.#outlets.broadcast({ type: "dataProducer", actor, dataProducerId }, actor),
      programme: (actor: number, flows: boolean) => this.#programme.handleFlow(actor, flows),
      reset: (actor: number, within: number) =>
        this.#outlets.get(actor)?.sendText({ type: "sfuReset", within }),
    };
  }

  #updateTopology(): void {
    if (!this.#rung.update(this.heads, this.#context.clock.now())) return;
    this.#context.log.info({ room: this.id, rung: this.rung }, "topology");
    this.#outlets.broadcast({ type: "topology", topology: this.rung });
  }

  /** At once on disk, so that a restart does not give the lead back. */
  #tellOfRoles(actors: readonly number[]): void {
    for (const actor of actors) this.#roster.tell(actor, { self: true });
    this.#keeper.keepNow();
  }
}
