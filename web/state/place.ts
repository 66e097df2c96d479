/**
 * This page's place in a room: first the jam as the browser kept it, then the server's. It says which copy
 * counts, by which clock it is played, and how safe it is what is made here. What is seen and heard of it is
 * the session's affair.
 */
import { signal } from "@preact/signals";
import type { CommandContext } from "#shared/document/commands.ts";
import { tempoOnReturn } from "#shared/document/own-edits.ts";
import type { PackedUndo } from "#shared/document/undo-record.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { JamDocument } from "#shared/document/document.ts";
import type { Restamped } from "#shared/document/unstamped.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { seededRandom } from "#shared/lib/random.ts";
import type { Result } from "#shared/lib/result.ts";
import type { Jam } from "#shared/music/model.ts";
import { settledTempo } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Command, CommandError } from "#shared/protocol/commands.ts";
import type { Links, Role, Status } from "#shared/protocol/messages.ts";
import type { Course } from "#shared/time/course.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { Connection } from "../net/connection.ts";
import type { Counters } from "../net/counters.ts";
import type { Life } from "../net/life.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import { randomSeed } from "../platform.ts";
import { type RoomAddress, roomAddressPath, tokenOf } from "./address.ts";
import type { Author } from "./jam-signals.ts";
import { LocalTransport, TRANSPORT } from "./local-transport.ts";
import { Offline } from "./offline.ts";
import type { OfflineJam } from "./offline-jam.ts";
import type { Stage } from "./phase.ts";
import { storage } from "./storage.ts";
import { watchTabs } from "./tabs.ts";
import type { ConnectionState, EndCode } from "./view.ts";

/** A server that has not let this page in by then is done without, where the jam is here, and told of where not. */
const PATIENCE_MS = 2_000;
/** Of the clock by which one plays alone: below every generation of the room's. */
const ALONE_GENERATION = -1;

export interface PlaceEvents extends Record<string, unknown> {
  /** The jam is there as this browser kept it, whether the server answers or not. */
  kept: OfflineJam;
  /** The server is asked from here on. */
  connected: Connection;
  welcome: Welcome;
  /** What an earlier page could take back, as it was kept. */
  undo: unknown;
  /** Own edits have other stamps now. */
  restamped: readonly Restamped[];
  /** Another document counts now, or another transport. */
  replaced: null;
  /** What to play by. A generation that rises means a step. */
  course: { readonly course: Course; readonly generation: number };
}

export interface PlaceOptions {
  readonly clock: LocalClock;
  readonly counters: Counters;
  readonly authors: () => ReadonlyMap<number, Author>;
  readonly sound: () => Pick<Status, "sound" | "renderAhead">;
  /** Whether music sounds here by the room's clock. */
  readonly isHeard: () => boolean;
  readonly undo: () => PackedUndo | null | undefined;
  /** Sets the room's tempo, for everybody; false when that cannot be. */
  readonly setTempo: (tempo: number) => boolean;
  readonly say: (sentence: string) => void;
}

export class Place {
  readonly #options: PlaceOptions;
  readonly #events = new Emitter<PlaceEvents>();
  /** Stands in until the first snapshot, so that nobody has to ask whether there is a document. */
  readonly #blank = new JamDocument(0);
  /** What this browser keeps of the jam; null until it has been looked for. */
  #offline: Offline | null = null;
  #connection: Connection | null = null;
  readonly #transport = new LocalTransport();
  /** Played by this computer's own clock, until the room's is locked. */
  #isAlone = false;
  /** There is something to prove that the last hello did not. */
  #greetingDue = false;

  readonly stage = signal<Stage>({ kind: "landing" });
  readonly openElsewhere = signal(false);
  readonly locked = signal(false);
  readonly role = signal<Role>("performer");
  readonly links = signal<Links | null>(null);
  readonly delivery = signal<ConnectionState>({ state: "saved", waiting: 0, kept: false });

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  on<K extends keyof PlaceEvents & string>(name: K, listener: (event: PlaceEvents[K]) => void): () => void {
    return this.#events.on(name, listener);
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  /** The server's document, and until that is here the one that this browser kept. */
  get document(): JamDocument {
    const replica = this.#offline?.jam?.replica ?? this.#connection?.spoke?.replica;
    return replica?.document ?? this.#blank;
  }

  /** The jam as it is heard here. */
  get jam(): Jam {
    return this.#transport.over(this.document.jam());
  }

  /** The copy that edits go into; null before there is one. */
  get copy(): { readonly actor: number; readonly canCommit: boolean } | null {
    const copy = this.#connection?.spoke ?? this.#offline;
    const { actor } = (this.#connection?.spoke ?? this.#offline?.jam)?.replica ?? {};
    return copy && actor !== undefined ? { actor, canCommit: copy.canCommit } : null;
  }

  /** Nobody is reached. */
  get alone(): boolean {
    return this.#connection?.alone ?? true;
  }

  /** Edits that the server has not confirmed. */
  get waiting(): number {
    return this.#offline?.waiting ?? 0;
  }

  roomNow(): RoomTime | null {
    const { clock } = this.#options;
    return this.#connection?.roomNow() ?? this.#offline?.jam?.roomAt(clock.now()) ?? null;
  }

  /** One command's writes as one delta; null when it cannot be. */
  commit(writes: readonly Write[]): Delta | null {
    const delta = this.#connection?.spoke ? this.#connection.commit(writes) : this.#offline?.commit(writes);
    this.#offline?.jamChanged();
    this.#offline?.editsChanged();
    this.#readDelivery();
    return delta ?? null;
  }

  /** Nobody is reached: the music moves here, and nothing is sent now or later. True when it has moved. */
  playAlone(command: Command, context: CommandContext): Result<boolean, CommandError> {
    return this.#transport.dispatch(command, this.document, context);
  }

  /** A jam that is opened while nobody is reached brings its tempo: heard here now, the room's once that is reached. */
  openTempo(tempo: number): void {
    const before = this.#offline?.tempo?.before ?? settledTempo(this.document.jam().timeline);
    if (this.#offline) this.#offline.tempo = tempo === before ? null : { tempo, before, madeMs: Date.now() };
    this.#playTempo(tempo);
  }

  /** There is more or less to take back. */
  undoChanged(): void {
    this.#offline?.undoChanged();
  }

  /** This page cannot go on. */
  end(code: EndCode): void {
    this.stage.value = { kind: "ended", code };
  }

  enter(address: RoomAddress): void {
    const leader = storage.leaderToken(address.room);
    const token = leader ?? address.token;
    if (token === "") {
      this.end("NO_ROOM_IN_LINK");
      return;
    }
    this.stage.value = { kind: "connecting" };
    void Offline.open(address.room, this.#options, () => this.#takeTurn()).then((offline) => {
      this.#offline = offline;
      if (offline.undo !== undefined) this.#events.emit("undo", offline.undo);
      if (offline.jam) this.#showKept(offline.jam);
      this.#connect(address.room, token, offline);
    });
  }

  /** The other tab that had this room's rows has gone: what waited there goes out by this one. */
  #takeTurn(): void {
    const [offline, connection] = [this.#offline, this.#connection];
    if (!offline || !connection) return;
    if (offline.undo !== undefined) this.#events.emit("undo", offline.undo);
    if (offline.jam) this.#showKept(offline.jam);
    this.#greetingDue = offline.earlier.length > 0 || offline.needsActor;
    this.#greetAgain(offline, connection);
    this.#readDelivery();
  }

  /** As a new actor only when nothing of this one's is on its way: nobody shall get it under two names. */
  #greetAgain(offline: Offline, connection: Connection): void {
    const asNew = offline.needsActor;
    if (!this.#greetingDue || (asNew && (connection.spoke?.unacknowledged ?? 0) > 0)) return;
    this.#greetingDue = false;
    connection.greetAgain(asNew);
  }

  #playTempo(tempo: number): void {
    const context = { now: this.roomNow() ?? roomTime(0), lead: 0, actor: this.copy?.actor ?? 0 };
    this.#transport.dispatch({ type: "TEMPO_SET", tempo }, this.document, context);
  }

  #showKept(jam: OfflineJam): void {
    this.role.value = jam.kept.role;
    const { tempo } = this.#offline ?? {};
    if (tempo) this.#playTempo(tempo.tempo);
    this.#events.emit("kept", jam);
    this.stage.value = { kind: "here" };
    this.#readDelivery();
    setTimeout(() => {
      if (this.#connection?.welcome) return;
      this.#isAlone = this.locked.value = true;
      this.#events.emit("course", { course: jam.course, generation: ALONE_GENERATION });
      this.#readDelivery();
    }, PATIENCE_MS);
  }

  #connect(room: string, token: string, offline: Offline): void {
    const { clock, counters, sound, isHeard } = this.#options;
    const connection = new Connection({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
      token,
      memberKey: storage.memberKey(room),
      earlier: () => offline.earlier,
      name: storage.name(),
      clock,
      counters,
      random: seededRandom(randomSeed()),
      sound,
      isHeard,
    });
    this.#connection = connection;
    watchTabs(room, () => {
      this.openElsewhere.value = true;
    });
    connection.on("life", (life) => this.#begin(life, offline));
    connection.on("peer", ({ actor, role }) => {
      // The lead has been handed over.
      if (actor === connection.welcome?.actor) this.role.value = role;
    });
    connection.on("restamped", (restamped) => this.#events.emit("restamped", restamped));
    connection.on("welcome", (welcome) => this.#handleWelcome(welcome));
    connection.on("changed", () => offline.jamChanged());
    connection.on("score", () => this.#handleScore(offline));
    connection.on("delivery", () => {
      offline.editsChanged();
      this.#greetAgain(offline, connection);
      this.#readDelivery();
    });
    connection.on("clock", () => this.#readClock(connection));
    connection.on("ended", (code) => {
      offline.flush();
      this.#readDelivery();
      this.end(code);
    });
    this.#events.emit("connected", connection);
    if (!offline.jam) this.#awaitServer(connection);
  }

  /** There is no jam to show before the server answers: when it does not, that is said. It is asked all the same. */
  #awaitServer(connection: Connection): void {
    setTimeout(() => {
      if (this.stage.peek().kind !== "connecting") return;
      if (connection.retrying) this.end("UNREACHABLE");
      else this.#awaitServer(connection);
    }, PATIENCE_MS);
  }

  #begin(life: Life, offline: Offline): void {
    const restamped = offline.begin(life, () => Math.round((this.roomNow() ?? 0) * 1_000));
    this.#events.emit("restamped", restamped);
  }

  #handleWelcome(welcome: Welcome): void {
    const { room, role, memberKey, links } = welcome;
    storage.setMemberKey(room, memberKey);
    if (links.leader) storage.setLeaderToken(room, tokenOf(links.leader));
    const shown = role === "listener" ? links.listener : (links.performer ?? links.listener);
    // This page's own address, also where the link is for the audience's.
    history.replaceState(null, "", roomAddressPath({ room, token: tokenOf(shown) }, location.search));
    this.role.value = role;
    this.links.value = links;
    this.#events.emit("welcome", welcome);
    this.#readDelivery();
  }

  #handleScore(offline: Offline): void {
    const stoodIn = offline.arrive();
    if (this.#transport.end() || stoodIn) this.#events.emit("replaced", null);
    this.#bringTempo(offline);
    this.#readDelivery();
    this.stage.value = { kind: "here" };
  }

  #bringTempo(offline: Offline): void {
    if (!offline.tempo) return;
    const { timeline } = this.document.jam();
    const room = { tempo: settledTempo(timeline), stampMs: this.document.stampOf(TRANSPORT).time };
    const now = { wallMs: Date.now(), roomMs: (this.roomNow() ?? 0) * 1_000 };
    const tempo = tempoOnReturn(offline.tempo, room, now);
    if (tempo === null || this.#options.setTempo(tempo)) offline.tempo = null;
  }

  #readClock({ clock }: Connection): void {
    const { state } = clock.status(this.#options.clock.now());
    const isLocked = state === "locked" || state === "holdover";
    if (isLocked) this.#isAlone = false;
    this.locked.value = isLocked || this.#isAlone;
    if (state !== "unlocked" && !this.#isAlone)
      this.#events.emit("course", { course: clock.course, generation: clock.generation });
  }

  #readDelivery(): void {
    const { waiting = 0, keeps: kept = false } = this.#offline ?? {};
    // Before the first welcome nobody is away yet, for as long as that is usual.
    const isAway = this.#connection?.welcome ? !this.#connection.online : this.#isAlone;
    const safe = waiting > 0 ? "saving" : "saved";
    const state = isAway ? "offline" : (this.#connection?.serverCanSave ?? true) ? safe : "full";
    const shown = this.delivery.peek();
    if (shown.state !== state || shown.waiting !== waiting || shown.kept !== kept)
      this.delivery.value = { state, waiting, kept };
  }
}
