/**
 * Who is in a room: members (people), the actors they are connected as, roles, names and colours.
 * A state machine without secrets, sockets or disk: the shell proves who somebody is and then asks.
 */
import { err, ok, type Result } from "../lib/result.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Peer, Role, Status } from "../protocol/messages.ts";
import { Lease } from "./lease.ts";
import { isNews, STATUS_INTERVAL } from "./status.ts";

/** The order colours are dealt in: amber (1) last, since it is near the baton's brass; from 8 on notched. */
const DEAL = [0, 2, 3, 4, 5, 6, 7, 1, 8, 10, 11, 12, 13, 14, 15, 9] as const;

/** What somebody who gave no name is called: chairs of an orchestra. */
const CHAIRS =
  "Viola Oboe Cello Horn Flute Harp Celesta Tuba Violin Clarinet Bassoon Trumpet Piccolo Marimba Timpani Cornet".split(
    " ",
  );

/** People remembered in a room; beyond it who has been away longest is forgotten. */
const MEMBERS_KEPT = 1_000;

export interface Member {
  readonly id: number;
  readonly name: string;
  /** Null until this person has performed: listeners use up no colour. */
  readonly color: number | null;
  /** When they were last here, Unix ms. */
  readonly seenMs: number;
  /** They have been handed the lead (true), or have handed it over (false), whatever their link says. */
  readonly lead?: boolean | undefined;
}

/** What has to outlive the process. */
export interface MembershipRecord {
  readonly nextMember: number;
  readonly nextActor: number;
  readonly members: readonly Member[];
  /** Actor and member of those who have written into the document. */
  readonly authors: readonly (readonly [actor: number, member: number])[];
}

export const EMPTY_MEMBERSHIP: MembershipRecord = { nextMember: 1, nextActor: 1, members: [], authors: [] };

/** One connected actor. */
export interface Seat {
  readonly actor: number;
  readonly member: number;
  /** What they are now. */
  readonly role: Role;
  /** What their link says. */
  readonly link: Role;
}

interface Occupied extends Seat {
  role: Role;
  status: Status | null;
  told: Status | null;
  /** When the others last heard of it, monotonic seconds. */
  toldAt: number;
}

export interface Capacity {
  readonly performers: number;
  readonly listeners: number;
}

export interface JoinRequest {
  /** Of the link. */
  readonly role: Role;
  /** A proven member, or null for somebody new. */
  readonly member: number | null;
  /** A proven actor of that member that goes on, or null for a new one. */
  readonly actor: number | null;
  readonly name: string | undefined;
  readonly nowMs: number;
}

export const mayWrite = (role: Role): boolean => role !== "listener";
export const mayConduct = (role: Role): boolean => role === "leader";

/** A listener stays one: only who edits can lead. */
const roleOf = (link: Role, lead: boolean | undefined): Role =>
  link === "listener" ? link : (lead ?? link === "leader") ? "leader" : "performer";

export class Membership {
  readonly #capacity: Capacity;
  readonly #memberNumbers: Lease;
  readonly #actorNumbers: Lease;
  readonly #members = new Map<number, Member>();
  readonly #authors = new Map<number, number>();
  readonly #seats = new Map<number, Occupied>();

  constructor(record: MembershipRecord, capacity: Capacity) {
    this.#capacity = capacity;
    this.#memberNumbers = new Lease(record.nextMember);
    this.#actorNumbers = new Lease(record.nextActor);
    for (const member of record.members) this.#members.set(member.id, member);
    for (const [actor, member] of record.authors) this.#authors.set(actor, member);
  }

  /** What to keep on disk. A `final` record gives back the numbers that this life has not used. */
  record(options: { final: boolean } = { final: false }): MembershipRecord {
    return {
      nextMember: options.final ? this.#memberNumbers.next : this.#memberNumbers.ceiling,
      nextActor: options.final ? this.#actorNumbers.next : this.#actorNumbers.ceiling,
      members: [...this.#members.values()],
      authors: [...this.#authors],
    };
  }

  /** Raises the leases where they run low; true when the record must be saved for it. */
  leaseAhead(): boolean {
    let raised = false;
    for (const lease of [this.#memberNumbers, this.#actorNumbers])
      if (lease.isLow) {
        lease.extend();
        raised = true;
      }
    return raised || this.mustWait;
  }

  /** Whether nobody new can come in before a save has come through. */
  get mustWait(): boolean {
    return this.#memberNumbers.isEmpty || this.#actorNumbers.isEmpty;
  }

  /** A record is on disk. */
  saved(record: MembershipRecord): void {
    this.#memberNumbers.saved(record.nextMember);
    this.#actorNumbers.saved(record.nextActor);
  }

  /**
   * Seats somebody. A member that has been forgotten since (its proof still holds) comes back under its
   * old number; an actor that is still seated is simply seated again, which is a connection taken over.
   */
  join(request: JoinRequest): Result<Seat, "ROOM_FULL"> {
    const replaced = request.actor === null ? undefined : this.#seats.get(request.actor);
    if (!this.#hasRoom(request.role, replaced)) return err("ROOM_FULL");
    const id = request.member ?? this.#memberNumbers.take();
    const known = this.#members.get(id);
    const lead = known?.lead;
    const name = request.name || known?.name || this.#freeChair();
    let color = known?.color ?? null;
    if (color === null && mayWrite(request.role)) color = this.#freeColor(id);
    this.#members.set(id, { id, name, color, seenMs: request.nowMs, lead });
    this.#forgetOldest();
    const actor = request.actor ?? this.#actorNumbers.take();
    const seat: Occupied = {
      actor,
      member: id,
      role: roleOf(request.role, lead),
      link: request.role,
      status: null,
      told: null,
      toldAt: Number.NEGATIVE_INFINITY,
    };
    this.#seats.set(actor, seat);
    return ok(seat);
  }

  leave(actor: number, nowMs: number): boolean {
    const seat = this.#seats.get(actor);
    if (!seat) return false;
    this.#seats.delete(actor);
    const member = this.#members.get(seat.member);
    if (member) this.#members.set(member.id, { ...member, seenMs: nowMs });
    return true;
  }

  /** Changes a name or colour; a colour that somebody present wears is not taken. The actors it touches. */
  setProfile(actor: number, profile: { name?: string | undefined; color?: number | undefined }): number[] {
    const seat = this.#seats.get(actor);
    const member = seat && this.#members.get(seat.member);
    if (!member) return [];
    const isFree = profile.color !== undefined && !this.#colorsPresent(member.id).has(profile.color);
    this.#members.set(member.id, {
      ...member,
      name: profile.name || member.name,
      color: isFree && profile.color !== undefined ? profile.color : member.color,
    });
    return [...this.#seats.values()]
      .filter((other) => other.member === member.id)
      .map((other) => other.actor);
  }

  /**
   * Whether `from` may hand the lead over to `to`, who performs here; or take it back, as `to` itself, by a
   * leader's link.
   */
  mayHandOver(from: number, to: number): boolean {
    const [giver, taker] = [this.#seats.get(from), this.#seats.get(to)];
    if (!giver || !taker || !mayWrite(taker.role)) return false;
    return from === to ? giver.link === "leader" : mayConduct(giver.role) && giver.member !== taker.member;
  }

  /**
   * Once `mayHandOver`: `to` leads from now on, in all tabs of theirs, and `from` performs. Who takes the lead by
   * their link takes it from everybody who has been handed it. The actors it touches.
   */
  handOver(from: number, to: number): number[] {
    const taker = this.#seats.get(to)?.member;
    const losers =
      from === to
        ? [...this.#members.values()].filter(({ id, lead }) => id !== taker && lead === true)
        : [...this.#members.values()].filter(({ id }) => id === this.#seats.get(from)?.member);
    const touched = losers.flatMap(({ id }) => this.#setLead(id, from === to ? undefined : false));
    return taker === undefined ? touched : [...touched, ...this.#setLead(taker, true)];
  }

  /** Whether somebody who leads is here; of one member, where it is given, as whom this actor has been here. */
  isLed(by: number | null = null): boolean {
    const member = by === null ? null : (this.#seats.get(by)?.member ?? this.#authors.get(by) ?? -1);
    return [...this.#seats.values()].some(
      (seat) => mayConduct(seat.role) && (member === null || seat.member === member),
    );
  }

  #setLead(id: number, lead: boolean | undefined): number[] {
    const member = this.#members.get(id);
    if (member) this.#members.set(id, { ...member, lead });
    const seats = [...this.#seats.values()].filter((seat) => seat.member === id);
    for (const seat of seats) seat.role = roleOf(seat.link, lead);
    return seats.map((seat) => seat.actor);
  }

  setStatus(actor: number, status: Status): void {
    const seat = this.#seats.get(actor);
    if (seat) seat.status = status;
  }

  /** The actors whose status the others should hear of at `now` (monotonic seconds); counts as told. */
  takeNews(now: number): number[] {
    const news: number[] = [];
    for (const seat of this.#seats.values()) {
      if (!seat.status || now - seat.toldAt < STATUS_INTERVAL || !isNews(seat.told, seat.status)) continue;
      seat.told = seat.status;
      seat.toldAt = now;
      news.push(seat.actor);
    }
    return news;
  }

  /** Remembers whose notes an actor's are, beyond its leaving; true when that was not known yet. */
  wrote(actor: number): boolean {
    const seat = this.#seats.get(actor);
    if (!seat || this.#authors.has(actor)) return false;
    this.#authors.set(actor, seat.member);
    const [oldest] = this.#authors.keys();
    if (this.#authors.size > LIMITS.authors && oldest !== undefined) this.#authors.delete(oldest);
    return true;
  }

  /** Everybody who has written, as far as remembered: for the colours of notes whose writers have left. */
  authors(): { actor: number; member: number; name: string; color: number }[] {
    const authors = [];
    for (const [actor, id] of this.#authors) {
      const member = this.#members.get(id);
      if (member) authors.push({ actor, member: id, name: member.name, color: member.color ?? 0 });
    }
    return authors;
  }

  /** Whether this number may have been given to somebody: a crash skips some. */
  wasGiven(actor: number): boolean {
    return actor > 0 && actor < this.#actorNumbers.next;
  }

  seat(actor: number): Seat | undefined {
    return this.#seats.get(actor);
  }

  peer(actor: number): Peer | null {
    const seat = this.#seats.get(actor);
    const member = seat && this.#members.get(seat.member);
    if (!seat || !member) return null;
    const { role, status } = seat;
    return { actor, member: member.id, name: member.name, color: member.color ?? 0, role, status };
  }

  roster(): Peer[] {
    return [...this.#seats.keys()].map((actor) => this.peer(actor)).filter((peer) => peer !== null);
  }

  /** Who performs here, without the listeners, of whom there may be many. */
  performers(): { readonly actor: number; readonly member: number; readonly status: Status | null }[] {
    return [...this.#seats.values()].filter(({ role }) => mayWrite(role));
  }

  /** Of the performers whose clock is locked, to the server and back, in seconds. */
  roundTrips(): number[] {
    return [...this.#seats.values()].flatMap(({ role, status }) =>
      mayWrite(role) && status?.clock.state === "locked" ? [status.clock.rtt] : [],
    );
  }

  get heads(): { performers: number; listeners: number } {
    let performers = 0;
    for (const seat of this.#seats.values()) if (mayWrite(seat.role)) performers++;
    return { performers, listeners: this.#seats.size - performers };
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  #hasRoom(role: Role, replaced: Seat | undefined): boolean {
    const kind = mayWrite(role) ? "performers" : "listeners";
    const own = replaced && mayWrite(replaced.role) === mayWrite(role) ? 1 : 0;
    return this.heads[kind] - own < this.#capacity[kind];
  }

  #colorsPresent(except: number): Set<number> {
    const colors = new Set<number>();
    for (const seat of this.#seats.values()) {
      const color = seat.member === except ? null : this.#members.get(seat.member)?.color;
      if (typeof color === "number") colors.add(color);
    }
    return colors;
  }

  /** One that nobody ever wore here, else one that nobody present wears, else they share. */
  #freeColor(id: number): number {
    const worn = new Set([...this.#members.values()].map((member) => member.color));
    const present = this.#colorsPresent(id);
    return (
      DEAL.find((color) => !worn.has(color)) ??
      DEAL.find((color) => !present.has(color)) ??
      DEAL[id % DEAL.length] ??
      0
    );
  }

  #freeChair(): string {
    const taken = new Set([...this.#members.values()].map((member) => member.name));
    const free = CHAIRS.find((chair) => !taken.has(chair));
    return free ?? `${CHAIRS[this.#members.size % CHAIRS.length] ?? "Viola"} ${this.#members.size + 1}`;
  }

  #forgetOldest(): void {
    if (this.#members.size <= MEMBERS_KEPT) return;
    const present = new Set([...this.#seats.values()].map((seat) => seat.member));
    let oldest: Member | null = null;
    for (const member of this.#members.values())
      if (!present.has(member.id) && (!oldest || member.seenMs < oldest.seenMs)) oldest = member;
    if (oldest) this.#members.delete(oldest.id);
  }
}
