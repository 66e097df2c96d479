/**
 * A jam as this page lives it: the connection, the document, the sound and what the screen shows of
 * them. It translates between its parts and holds no rule of its own: those are in `shared`.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Delta, RegisterKey, Write } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { CommandError, CommandInput } from "#shared/protocol/commands.ts";
import type { Links, Role, Status } from "#shared/protocol/messages.ts";
import { Player } from "../audio/player.ts";
import type { Connection } from "../net/connection.ts";
import { zeroCounters } from "../net/counters.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import { engineMode } from "../platform.ts";
import type { RoomAddress } from "./address.ts";
import { Conducting } from "./conducting.ts";
import { Conflicts } from "./conflicts.ts";
import { type Alone, Edits } from "./edits.ts";
import { Entrance } from "./entrance.ts";
import { Hands } from "./hands.ts";
import { describeTouch, Notices } from "./notices.ts";
import type { Inspected } from "./inspection.ts";
import type { JamSignals } from "./jam-signals.ts";
import { lastChange } from "./last-change.ts";
import { fetchLate } from "./late-code.ts";
import type { LateParts } from "./late-parts.ts";
import { TRANSPORT } from "./local-transport.ts";
import { MyMixes } from "./my-mixes.ts";
import { People } from "./people.ts";
import { Place } from "./place.ts";
import { Rendition } from "./rendition.ts";
import { storage } from "./storage.ts";
import { Sync } from "./sync.ts";
import type { ConnectionState, LastChange, SessionView, Spot, Wire } from "./view.ts";

/** Who comes in is put right at once for this long, and slewed from then on. */
const SETTLING_MS = 1_500;

export class Session implements SessionView {
  readonly #clock: LocalClock;
  readonly #counters = zeroCounters();
  readonly #people = new People();
  readonly #edits: Edits;
  readonly #said = new Emitter<{ said: Parameters<Parameters<Wire["on"]>[0]>[0] }>();
  /** When the sound came on, an instant of `performance.now()`. */
  #soundSince = Number.POSITIVE_INFINITY;
  readonly #place: Place;

  readonly people = this.#people.list;
  readonly rungNotice = this.#people.rungNotice;
  readonly notices = new Notices();
  readonly player: Player;
  readonly entrance: Entrance;
  readonly myMix: MyMixes;
  readonly rendition: Rendition;
  readonly sync: Sync;
  readonly late = signal<LateParts | null>(null);
  readonly conflicts: Conflicts;
  readonly hands: Hands;
  /** What most parts ask: what the jam is, whose an edit is, and the status line. */
  readonly #common = {
    document: () => this.#document,
    author: (actor: number) => this.#people.author(actor),
    isMe: (actor: number) => this.#people.isMe(actor),
    say: (sentence: string) => this.notices.say(sentence),
  };
  readonly conducting = new Conducting({
    ...this.#common,
    ask: (control) => this.#connection?.controls.ask(control) ?? null,
  });
  readonly wire: Wire = {
    author: this.#common.author,
    say: this.#common.say,
    on: (listener) => this.#said.on("said", listener),
    send: (message) => this.#connection?.send(message) ?? false,
    welcome: () => this.#connection?.welcome ?? null,
    roomNow: () => this.#connection?.roomNow() ?? null,
  };

  constructor(options: { clock: LocalClock; address: RoomAddress | null }) {
    this.#clock = options.clock;
    this.player = new Player({ clock: options.clock, mode: engineMode() });
    this.#place = new Place({
      ...this.#common,
      clock: this.#clock,
      counters: this.#counters,
      authors: () => this.#people.authors,
      sound: () => this.#soundForOthers(),
      isHeard: () => this.jam.playing.peek() && performance.now() - this.#soundSince > SETTLING_MS,
      undo: () => this.#edits.kept(),
      setTempo: (tempo) => this.dispatch({ type: "TEMPO_SET", tempo }).ok,
    });
    this.entrance = new Entrance(this.player, this.#place);
    this.myMix = new MyMixes(this.player);
    this.sync = new Sync({
      clock: this.#clock,
      player: this.player,
      people: this.people,
      connection: () => this.#connection,
    });
    this.rendition = new Rendition({
      ...this.#common,
      player: this.player,
      myMix: this.myMix,
      conducting: this.conducting,
      shown: () => this.#shown,
      jam: () => this.#place.jam,
      roomNow: () => this.#place.roomNow(),
    });
    this.#edits = new Edits({
      ...this.#common,
      copy: () => this.#place.copy,
      roomNow: () => this.#place.roomNow(),
      distances: () => this.#connection?.distances ?? [],
      alone: () => (this.#place.alone ? this.#alone : null),
      timeline: () => this.#place.jam.timeline,
      isListener: () => this.role.peek() === "listener",
      isLeader: () => this.role.peek() === "leader",
      people: () => this.people.peek(),
      commit: (writes) => this.#commit(writes),
      tempo: () => this.jam.tempo.peek(),
      edited: () => this.late.peek()?.files.handleEdit(),
      undoChanged: () => this.#place.undoChanged(),
    });
    this.conflicts = new Conflicts({
      ...this.#common,
      now: () => performance.now() / 1_000,
      write: (lost) => this.#edits.writeAgain(lost),
    });
    this.hands = new Hands({
      ...this.#common,
      player: this.player,
      send: (frame) => this.#connection?.sendLive(frame),
      me: () => {
        const { actor, role } = this.#connection?.welcome ?? {};
        const roomNow = this.#connection?.roomNow() ?? null;
        return actor === undefined || role === "listener" || roomNow === null
          ? null
          : { actor, now: roomNow };
      },
      roomNow: () => this.#connection?.roomNow() ?? null,
      generation: () => this.#connection?.clock.generation ?? 0,
      track: (id) => this.jam.tracks.peek().find((track) => track.id === id),
      roomEffects: () => this.jam.roomEffects.peek(),
      isLeader: (actor) =>
        (actor === null ? this.role.peek() : this.#people.peers.get(actor)?.role) === "leader",
      swing: () => this.jam.swing.peek(),
      write: (deltas, earlier) => this.#edits.writeTogether(deltas, earlier),
    });
    this.#watchPlace();
    addEventListener("online", () => this.#connection?.retryNow());
    this.player.onSleep(() => this.#connection?.measureClock());
    const sounding = computed(() => this.player.status.value.state);
    effect(() => {
      const state = sounding.value;
      if (state === "running") {
        this.#soundSince = performance.now();
        this.hands.soon();
      }
      // Building the engine keeps this page busy, and its clock the worse for it.
      if (state === "starting" || state === "running") this.#connection?.measureClock();
      if (state !== "off") this.rendition.play();
    });
    this.entrance.open(options.address);
  }

  get #connection(): Connection | null {
    return this.#place.connection;
  }

  get #document(): JamDocument {
    return this.#place.document;
  }

  /** What is on the screen: the present, or a moment of the past. */
  get #shown(): JamDocument {
    return this.late.peek()?.history.moment ?? this.#document;
  }

  get jam(): JamSignals {
    return this.rendition.signals;
  }

  /** Rejects where the server is away and the browser has not kept it. */
  async fetchLate(): Promise<LateParts> {
    const code = await fetchLate();
    return (this.late.value ??= new code.LateParts({
      ...this.#common,
      role: this.role,
      dispatch: (command) => this.dispatch(command),
      undo: () => this.undo(),
      clock: this.#clock,
      player: this.player,
      connection: () => this.#connection,
      past: () => this.#connection?.past ?? null,
      wallMs: (roomMs) => Date.now() - (this.#connection?.roomNow() ?? 0) * 1_000 + roomMs,
      write: (deltas) => this.#edits.writeTogether(deltas),
      show: () => this.jam.refresh(),
      takeBackMine: () => this.#edits.takeBackRecent(),
      wire: this.wire,
    }));
  }

  get role(): ReadonlySignal<Role> {
    return this.#place.role;
  }
  get openElsewhere(): ReadonlySignal<boolean> {
    return this.#place.openElsewhere;
  }
  get links(): ReadonlySignal<Links | null> {
    return this.#place.links;
  }
  get connection(): ReadonlySignal<ConnectionState> {
    return this.#place.delivery;
  }
  get canUndo() {
    return this.#edits.canUndo;
  }
  get canRedo() {
    return this.#edits.canRedo;
  }

  lastChange(spot: Spot): LastChange | null {
    return lastChange(spot, {
      ...this.#common,
      document: this.#shown,
      now: this.#connection?.roomNow() ?? null,
    });
  }

  setProfile(profile: { name?: string; color?: number }): void {
    if (profile.name) storage.setName(profile.name);
    this.#connection?.setProfile(profile);
  }

  dispatch(input: CommandInput): Result<null, CommandError> {
    return this.#edits.dispatch(input);
  }

  gesture(): () => void {
    return this.#edits.gesture();
  }

  undo(): void {
    this.#edits.undo();
  }

  redo(): void {
    this.#edits.redo();
  }

  /** What the inspector reads, which few pages fetch. */
  get inspected(): Inspected {
    return {
      connection: this.#connection,
      document: this.#document,
      people: this.#people,
      player: this.player,
      clock: this.#clock,
      counters: this.#counters,
      waiting: this.#place.waiting,
    };
  }

  readonly #alone: Alone = {
    play: (command, context) => {
      const moved = this.#place.playAlone(command, context);
      if (!moved.ok) return moved;
      if (moved.value) {
        this.rendition.update([TRANSPORT]);
        this.notices.say("Only you hear this: nobody else can be reached.");
      }
      return ok(null);
    },
    openTempo: (tempo) => {
      this.#place.openTempo(tempo);
      this.rendition.update([TRANSPORT]);
    },
  };

  #commit(writes: readonly Write[]): Delta | null {
    const tempoBefore = this.conflicts.tempo();
    const delta = this.#place.commit(writes);
    if (delta) {
      this.#applied(
        [delta],
        delta.writes.map(({ key }) => key),
      );
      this.conflicts.wrote(delta, tempoBefore);
    }
    return delta;
  }

  /** The document holds these deltas, mine or others'. */
  #applied(deltas: readonly Delta[], keys: readonly RegisterKey[]): void {
    this.rendition.applied(deltas, keys);
    this.late.peek()?.history.edited();
    for (const delta of deltas) this.hands.wrote(delta);
  }

  #watchPlace(): void {
    const place = this.#place;
    place.on("kept", ({ kept }) => {
      this.#people.learnAuthors(kept.authors);
      this.#people.reset(kept.self.actor, [{ ...kept.self, role: kept.role, status: null }], {
        rungOf: () => "relay",
        ownStatus: () => null,
      });
      this.rendition.replaced();
    });
    place.on("connected", (connection) => this.#watchConnection(connection));
    place.on("welcome", (welcome) => this.#handleWelcome(welcome));
    place.on("undo", (kept) => this.#edits.restore(kept));
    place.on("restamped", (stamps) => this.#edits.restamped(stamps));
    place.on("replaced", () => this.rendition.replaced());
    place.on("course", ({ course, generation }) => this.player.setClock(course, generation));
  }

  #watchConnection(connection: Connection): void {
    connection.on("peer", (peer) => {
      if (this.#people.update(peer)) this.jam.refresh();
    });
    connection.on("left", (actor) => {
      this.#people.leave(actor);
      this.hands.left(actor);
    });
    connection.on("live", ({ actor, bytes }) => this.hands.heard(actor, bytes));
    connection.on("message", (message) => this.#said.emit("said", message));
    connection.on("changed", ({ keys, deltas }) => {
      this.#applied(deltas, keys);
      this.conflicts.changed(keys);
      for (const delta of deltas)
        this.notices.touched(describeTouch(delta, this.#people.author(delta.actor)));
    });
    for (const event of ["clock", "rungs"] as const) connection.on(event, () => this.#people.publish());
    connection.on("locked", (writes) => this.#edits.sayLocked(writes, " Your last edit there went back."));
  }

  #handleWelcome(welcome: Welcome): void {
    const { authors, roster, actor } = welcome;
    this.#people.learnAuthors(authors);
    this.#people.reset(actor, roster, {
      rungOf: (peer) => this.#connection?.rungOf(peer) ?? "relay",
      ownStatus: () => this.#connection?.status() ?? null,
    });
    this.late.peek()?.history.connected();
    this.jam.refresh();
    this.#said.emit("said", welcome);
  }

  #soundForOthers(): Pick<Status, "sound" | "renderAhead"> {
    const { state } = this.player.status.peek();
    const renderAhead = this.player.output()?.renderAhead ?? 0;
    if (state === "running") return { sound: "on", renderAhead };
    return { sound: state === "starting" || state === "interrupted" ? state : "off", renderAhead };
  }
}
