/**
 * A live room's programme for its audience: tells the pure machine (`shared/room/programme.ts`) what is known of the
 * performers, and tells everybody and the SFU what comes of it. The sound itself never comes by here.
 */
import type { Timeline } from "#shared/music/timeline.ts";
import type { ServerMessage } from "#shared/protocol/messages.ts";
import { barLineTime, controlLead } from "#shared/room/leader-controls.ts";
import { type Membership, mayWrite } from "#shared/room/membership.ts";
import {
  forwarded,
  nextProgramme,
  NO_PROGRAMME,
  OVERLAP,
  programmeDue,
  type ProgrammeState,
} from "#shared/room/programme.ts";
import type { RoomTime } from "#shared/time/instants.ts";
import { DueTimer } from "./due-timer.ts";
import type { Outlets } from "./outlets.ts";

/** Seconds that somebody stands down whose document was not the server's. */
const DIFFERS_FOR = 30;

export interface ProgrammeOptions {
  readonly now: () => RoomTime;
  readonly membership: Pick<Membership, "heads" | "performers" | "roundTrips" | "seat">;
  readonly outlets: Pick<Outlets, "broadcast" | "get">;
  readonly isOnSfu: () => boolean;
  readonly timeline: () => Timeline;
  /** Who may send it, and whose is forwarded. */
  readonly steer: (named: readonly number[], forwarded: readonly number[]) => void;
}

type Told = Extract<ServerMessage, { readonly type: "programme" }>;
const NOTHING: Told = { type: "programme", onAir: null, standBy: null };

export class Programme {
  readonly #options: ProgrammeOptions;
  readonly #timer: DueTimer;
  readonly #flowing = new Set<number>();
  /** When an actor's document was last not the server's. */
  readonly #differed = new Map<number, RoomTime>();
  #state: ProgrammeState = NO_PROGRAMME;
  /** The member whom a leader has chosen. It is not kept: another life of the server chooses by itself. */
  #chosen: number | null = null;
  #told: Told = NOTHING;
  #steered = "";

  constructor(options: ProgrammeOptions) {
    this.#options = options;
    this.#timer = new DueTimer(options.now, () => this.refresh());
  }

  /** To somebody who has come in. */
  greet(actor: number): void {
    if (this.#told !== NOTHING) this.#options.outlets.get(actor)?.sendText(this.#told);
  }

  /** A leader's word; null lets the room choose. False: nobody of that number performs here. */
  choose(actor: number | null): boolean {
    const seat = actor === null ? null : this.#options.membership.seat(actor);
    if (seat === undefined || (seat && !mayWrite(seat.role))) return false;
    this.#chosen = seat?.member ?? null;
    this.refresh();
    return true;
  }

  /** The SFU says whether packets of this actor's programme come. */
  handleFlow(actor: number, flows: boolean): void {
    if (flows) this.#flowing.add(actor);
    else this.#flowing.delete(actor);
    this.refresh();
  }

  /** What it renders was not the room's. */
  handleDiffers(actor: number): void {
    this.#differed.set(actor, this.#options.now());
    this.refresh();
  }

  leave(actor: number): void {
    this.#differed.delete(actor);
    this.#flowing.delete(actor);
    this.refresh();
  }

  /** Something of what it goes by may be another, or time has passed. */
  refresh(): void {
    const { membership, isOnSfu, timeline } = this.#options;
    const now = this.#options.now();
    const lead = (): number => Math.max(OVERLAP.before, controlLead(membership.roundTrips()));
    const performers = membership.performers().map(({ actor, member, status }) => ({
      actor,
      member,
      status,
      differs: now - (this.#differed.get(actor) ?? Number.NEGATIVE_INFINITY) < DIFFERS_FOR,
    }));
    this.#state = nextProgramme(this.#state, {
      now,
      isWanted: isOnSfu() && membership.heads.listeners > 0,
      performers,
      flowing: this.#flowing,
      chosen: this.#chosen,
      barLine: () => barLineTime(timeline(), now, lead()),
    });
    this.#steer(now);
    this.#tell();
    this.#timer.set(programmeDue(this.#state, now));
  }

  close(): void {
    this.#timer.close();
  }

  #steer(now: RoomTime): void {
    const { onAir, standBy } = this.#state;
    const named = [onAir, standBy].flatMap((each) => each?.actor ?? []);
    const heard = forwarded(this.#state, now);
    const steered = `${named.join()}|${heard.join()}`;
    if (steered === this.#steered) return;
    this.#steered = steered;
    this.#options.steer(named, heard);
  }

  #tell(): void {
    const { onAir, standBy, at } = this.#state;
    const message: Told = {
      type: "programme",
      onAir: onAir?.actor ?? null,
      standBy: standBy?.actor ?? null,
      ...(at !== null && { at }),
      ...this.#chosenActor(),
    };
    if (JSON.stringify(message) === JSON.stringify(this.#told)) return;
    this.#told = JSON.stringify(message) === JSON.stringify(NOTHING) ? NOTHING : message;
    this.#options.outlets.broadcast(message);
  }

  /** As whom the one chosen is here: of several pages the one that broadcasts. */
  #chosenActor(): { readonly chosen?: number } {
    if (this.#chosen === null) return {};
    const pages = this.#options.membership.performers().filter(({ member }) => member === this.#chosen);
    const { onAir, standBy } = this.#state;
    const shown =
      pages.find(({ actor }) => actor === onAir?.actor) ??
      pages.find(({ actor }) => actor === standBy?.actor) ??
      pages[0];
    return shown ? { chosen: shown.actor } : {};
  }
}
