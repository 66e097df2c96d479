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
import { engineMode, soundSupport } from "../platform.ts";
import type { RoomAddress } from "./address.ts";
import { Conducting } from "./conducting.ts";
import { createRoom } from "./create-room.ts";
import { Conflicts } from "./conflicts.ts";
import { type Alone, Edits } from "./edits.ts";
import { Hands } from "./hands.ts";
import { describeTouch, Notices } from "./notices.ts";
import { inspectSession } from "./inspection.ts";
import { JamSignals } from "./jam-signals.ts";
import { lastChange } from "./last-change.ts";
import { fetchLate } from "./late-code.ts";
import type { LateParts } from "./late-parts.ts";
import { TRANSPORT } from "./local-transport.ts";
import { MyMixes } from "./my-mixes.ts";
import { People } from "./people.ts";
import { phaseOf } from "./phase.ts";
import { Place } from "./place.ts";
import { storage } from "./storage.ts";
import type { StreamsSlot } from "./streams-view.ts";
import { Sync } from "./sync.ts";
import type {
  Cell,
  ConnectionState,
  Heard,
  LastChange,
  MyMix,
  Phase,
  SessionView,
  SoundStatus,
  Spot,
  Touch,
  Wire,
} from "./view.ts";

/** Seconds of room time between two looks at what time alone changes on screen (a pending start). */
const TRANSPORT_POLL_MS = 100;
/** Who comes in is put right at once for this long, and slewed from then on. */
const SETTLING_MS = 1_500;

export class Session implements SessionView {
  readonly #clock: LocalClock;
  readonly #counters = zeroCounters();
  readonly #player: Player;
  readonly #people = new People();
  readonly #signals: JamSignals;
  readonly #mixes: MyMixes;
  readonly #notices: Notices;
  readonly #edits: Edits;
  readonly #applied = new Emitter<{ applied: Delta }>();
  readonly #said = new Emitter<{ said: Parameters<Parameters<Wire["on"]>[0]>[0] }>();
  #jamShown: unknown = null;
  /** When the sound came on, an instant of `performance.now()`. */
  #soundSince = Number.POSITIVE_INFINITY;

  readonly #joined = signal(false);
  readonly #place: Place;

  readonly phase: ReadonlySignal<Phase> = computed(() =>
    phaseOf({
      stage: this.#place.stage.value,
      role: this.#place.role.value,
      joined: this.#joined.value,
      sound: this.#player.status.value,
      locked: this.#place.locked.value,
    }),
  );
  readonly sound: ReadonlySignal<SoundStatus> = computed(() => {
    const { state, cause } = this.#player.status.value;
    return { state, cause };
  });
  readonly sync: Sync;
  readonly #late = signal<LateParts | null>(null);
  readonly conflicts: Conflicts;
  readonly hands: Hands;
  readonly streams: StreamsSlot = {
    live: signal(null),
    parts: () =>
      this.#connection && {
        connection: this.#connection,
        player: this.#player,
        notices: this.#notices,
      },
  };
  readonly conducting = new Conducting({
    document: () => this.#document,
    author: (actor) => this.#people.author(actor),
    isMe: (actor) => this.#people.isMe(actor),
    ask: (control) => this.#connection?.controls.ask(control) ?? null,
    say: (sentence) => this.#notices.say(sentence),
  });
  readonly wire: Wire = {
    on: (listener) => this.#said.on("said", listener),
    send: (message) => this.#connection?.send(message) ?? false,
    welcome: () => this.#connection?.welcome ?? null,
    roomNow: () => this.#connection?.roomNow() ?? null,
    author: (actor) => this.#people.author(actor),
    say: (sentence) => this.#notices.say(sentence),
  };

  constructor(options: { clock: LocalClock; address: RoomAddress | null }) {
    this.#clock = options.clock;
    this.#player = new Player({ clock: options.clock, mode: engineMode() });
    this.#notices = new Notices();
    this.#place = new Place({
      clock: this.#clock,
      counters: this.#counters,
      authors: () => this.#people.authors,
      sound: () => this.#soundForOthers(),
      isHeard: () => this.playing.peek() && performance.now() - this.#soundSince > SETTLING_MS,
      undo: () => this.#edits.kept(),
      setTempo: (tempo) => this.dispatch({ type: "TEMPO_SET", tempo }).ok,
      say: (sentence) => this.#notices.say(sentence),
    });
    this.#mixes = new MyMixes(this.#player);
    this.sync = new Sync({
      clock: this.#clock,
      player: this.#player,
      people: this.#people.list,
      connection: () => this.#connection,
    });
    this.#signals = new JamSignals({
      document: () => this.#shown,
      author: (actor) => this.#people.author(actor),
      now: () => this.#place.roomNow(),
      timeline: () => this.#place.jam.timeline,
    });
    this.#edits = new Edits({
      copy: () => this.#place.copy,
      roomNow: () => this.#place.roomNow(),
      distances: () => this.#connection?.distances ?? [],
      alone: () => (this.#place.alone ? this.#alone : null),
      timeline: () => this.#place.jam.timeline,
      document: () => this.#document,
      isListener: () => this.role.peek() === "listener",
      isLeader: () => this.role.peek() === "leader",
      people: () => this.people.peek(),
      commit: (writes) => this.#commit(writes),
      tempo: () => this.tempo.peek(),
      edited: () => this.#late.peek()?.files.handleEdit(),
      undoChanged: () => this.#place.undoChanged(),
      say: (sentence) => this.#notices.say(sentence),
    });
    const author = (actor: number) => this.#people.author(actor);
    const isMe = (actor: number) => this.#people.isMe(actor);
    const now = () => performance.now() / 1_000;
    this.conflicts = new Conflicts({
      document: () => this.#document,
      author,
      isMe,
      now,
      write: (lost) => this.#edits.writeAgain(lost),
    });
    this.hands = new Hands({
      player: this.#player,
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
      track: (id) => this.tracks.peek().find((track) => track.id === id),
      roomEffects: () => this.roomEffects.peek(),
      author,
      isLeader: (actor) =>
        (actor === null ? this.role.peek() : this.#people.peers.get(actor)?.role) === "leader",
      swing: () => this.swing.peek(),
      write: (deltas, earlier) => this.#edits.writeTogether(deltas, earlier),
    });
    this.#watchPlace();
    setInterval(() => this.#signals.readTransport(), TRANSPORT_POLL_MS);
    addEventListener("online", () => this.#connection?.retryNow());
    this.#player.onSleep(() => this.#connection?.measureClock());
    const sounding = computed(() => this.#player.status.value.state);
    effect(() => {
      const state = sounding.value;
      if (state === "running") {
        this.#soundSince = performance.now();
        this.hands.soon();
      }
      // Building the engine keeps this page busy, and its clock the worse for it.
      if (state === "starting" || state === "running") this.#connection?.measureClock();
      if (state !== "off") this.#sendJam();
    });
    const support = soundSupport();
    if (support !== "yes")
      this.#place.stage.value = {
        kind: "ended",
        code: support === "needs-https" ? "NEEDS_HTTPS" : "SOUND_UNSUPPORTED",
      };
    else if (options.address) this.#place.enter(options.address);
  }

  get #connection(): Connection | null {
    return this.#place.connection;
  }

  get #document(): JamDocument {
    return this.#place.document;
  }

  /** What is on the screen: the present, or a moment of the past. */
  get #shown(): JamDocument {
    return this.#late.peek()?.history.moment ?? this.#document;
  }

  get late(): ReadonlySignal<LateParts | null> {
    return this.#late;
  }

  /** Rejects where the server is away and the browser has not kept it. */
  async fetchLate(): Promise<LateParts> {
    const code = await fetchLate();
    return (this.#late.value ??= new code.LateParts({
      document: () => this.#document,
      role: this.role,
      dispatch: (command) => this.dispatch(command),
      undo: () => this.undo(),
      past: () => this.#connection?.past ?? null,
      author: (actor) => this.#people.author(actor),
      isMe: (actor) => this.#people.isMe(actor),
      wallMs: (roomMs) => Date.now() - (this.#connection?.roomNow() ?? 0) * 1_000 + roomMs,
      write: (deltas) => this.#edits.writeTogether(deltas),
      show: () => this.#signals.refresh(),
      say: (sentence) => this.#notices.say(sentence),
      takeBackMine: () => this.#edits.takeBackRecent(),
      wire: this.wire,
      heard: (performanceNow) => this.heard(performanceNow),
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
  get roomName(): ReadonlySignal<string> {
    return this.#signals.roomName;
  }
  get people() {
    return this.#people.list;
  }
  get tracks() {
    return this.#signals.tracks;
  }
  get tempo(): ReadonlySignal<number> {
    return this.#signals.tempo;
  }
  get swing(): ReadonlySignal<number> {
    return this.#signals.swing;
  }
  get scale() {
    return this.#signals.scale;
  }
  get playing(): ReadonlySignal<boolean> {
    return this.#signals.playing;
  }
  get scenes() {
    return this.#signals.scenes;
  }
  get roomEffects() {
    return this.#signals.roomEffects;
  }
  get chain() {
    return this.#signals.chain;
  }
  get touch(): ReadonlySignal<Touch | null> {
    return this.#notices.touch;
  }
  get notice(): ReadonlySignal<string | null> {
    return this.#notices.notice;
  }
  get rungNotice() {
    return this.#people.rungNotice;
  }
  get canUndo() {
    return this.#edits.canUndo;
  }
  get canRedo() {
    return this.#edits.canRedo;
  }
  get volume() {
    return this.#mixes.volume;
  }
  get metronome() {
    return this.#mixes.metronome;
  }
  get countIn() {
    return this.#mixes.countIn;
  }

  cell(track: number, step: number, pitch: number): ReadonlySignal<Cell> {
    return this.#signals.cell(track, step, pitch);
  }
  pitches(track: number): ReadonlySignal<readonly number[]> {
    return this.#signals.pitches(track);
  }
  param(track: number, param: string): ReadonlySignal<number> {
    return this.#signals.knob(track, param);
  }
  lastChange(spot: Spot): LastChange | null {
    return lastChange(spot, {
      document: this.#shown,
      author: (actor) => this.#people.author(actor),
      isMe: (actor) => this.#people.isMe(actor),
      now: this.#connection?.roomNow() ?? null,
    });
  }
  myMix(track: number): ReadonlySignal<MyMix> {
    return this.#mixes.of(track);
  }
  setMyMix(track: number, mix: Partial<MyMix>): void {
    this.#mixes.set(track, mix);
  }
  setVolume(volume: number): void {
    this.#mixes.setVolume(volume);
  }
  setMetronome(on: boolean): void {
    this.#mixes.setMetronome(on);
  }
  setCountIn(on: boolean): void {
    this.#mixes.setCountIn(on);
  }
  heard(performanceNow: number): Heard {
    return this.#player.heard(performanceNow);
  }
  onSounding(listener: Parameters<SessionView["onSounding"]>[0]): () => void {
    return this.#player.onSounding(listener);
  }
  level(track: number | null): number {
    return this.#player.level(track);
  }
  audition(track: number, pitch: number, velocity: number): void {
    this.#player.audition(track, pitch, velocity);
  }
  tap(...what: Parameters<Player["tap"]>) {
    return this.#player.tap(...what);
  }
  /** Told of each delta once the document holds it and the cells know, one's own too. Returns the end of it. */
  onApplied(listener: (delta: Delta) => void): () => void {
    return this.#applied.on("applied", listener);
  }

  createJam(): void {
    void this.#player.start();
    this.#joined.value = true;
    this.#place.stage.value = { kind: "connecting" };
    createRoom("auto").then(
      (created) => {
        if (created.ok) this.#place.enter(created.value);
        else this.#place.stage.value = { kind: "ended", code: created.error };
      },
      () => {
        this.#place.stage.value = { kind: "ended", code: "INTERNAL" };
      },
    );
  }

  join(): void {
    void this.#player.start();
    this.#joined.value = true;
  }

  soundOn(): void {
    this.#joined.value = true;
    void (this.#player.status.peek().state === "off" ? this.#player.start() : this.#player.soundOn());
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

  inspect(version: string) {
    return inspectSession({
      version,
      connection: this.#connection,
      document: this.#document,
      people: this.#people,
      player: this.#player,
      clock: this.#clock,
      counters: this.#counters,
      waiting: this.#place.waiting,
    });
  }

  readonly #alone: Alone = {
    play: (command, context) => {
      const moved = this.#place.playAlone(command, context);
      if (!moved.ok) return moved;
      if (moved.value) {
        this.#show([TRANSPORT]);
        this.#notices.say("Only you hear this: nobody else can be reached.");
      }
      return ok(null);
    },
    openTempo: (tempo) => {
      this.#place.openTempo(tempo);
      this.#show([TRANSPORT]);
    },
  };

  #commit(writes: readonly Write[]): Delta | null {
    const tempoBefore = this.conflicts.tempo();
    const delta = this.#place.commit(writes);
    if (delta) {
      const keys = delta.writes.map(({ key }) => key);
      this.#signals.updateCells(keys);
      this.#applied.emit("applied", delta);
      this.#show(keys);
      this.conflicts.wrote(delta, tempoBefore);
      this.#late.peek()?.history.edited();
      this.hands.wrote(delta);
    }
    return delta;
  }

  #watchPlace(): void {
    const place = this.#place;
    place.on("kept", ({ kept }) => {
      this.#people.learnAuthors(kept.authors);
      this.#people.reset(kept.self.actor, [{ ...kept.self, role: kept.role, status: null }], {
        rungOf: () => "relay",
        ownStatus: () => null,
      });
      this.#showAll();
    });
    place.on("connected", (connection) => this.#watchConnection(connection));
    place.on("welcome", (welcome) => this.#handleWelcome(welcome));
    place.on("undo", (kept) => this.#edits.restore(kept));
    place.on("restamped", (stamps) => this.#edits.restamped(stamps));
    place.on("replaced", () => this.#showAll());
    place.on("course", ({ course, generation }) => this.#player.setClock(course, generation));
  }

  #watchConnection(connection: Connection): void {
    connection.on("peer", (peer) => {
      if (this.#people.update(peer)) this.#signals.refresh();
    });
    connection.on("left", (actor) => {
      this.#people.leave(actor);
      this.hands.left(actor);
    });
    connection.on("live", ({ actor, bytes }) => this.hands.heard(actor, bytes));
    connection.on("message", (message) => this.#said.emit("said", message));
    connection.on("changed", ({ keys, deltas }) => {
      this.#signals.updateCells(keys);
      for (const delta of deltas) this.#applied.emit("applied", delta);
      this.#show(keys);
      this.conflicts.changed(keys);
      this.#late.peek()?.history.edited();
      for (const delta of deltas) this.hands.wrote(delta);
      for (const delta of deltas)
        this.#notices.touched(describeTouch(delta, this.#people.author(delta.actor)));
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
    this.#late.peek()?.history.connected();
    this.#signals.refresh();
    this.#said.emit("said", welcome);
  }

  #showAll(): void {
    this.#signals.refresh();
    this.#show([]);
  }

  /** What the document changed, beside the cells, goes to the screen and to the player; before there is sound, once it is painted. */
  #show(keys: readonly RegisterKey[]): void {
    this.#signals.update(keys);
    // A leader conducts by registers of the room's.
    if (keys.length === 0 || keys.some((key) => !("track" in key))) this.conducting.read(this.#place.jam);
    if (this.#player.status.peek().state === "off")
      requestAnimationFrame(() => setTimeout(() => this.#sendJam()));
    else this.#sendJam();
  }

  #sendJam(): void {
    const { jam } = this.#place;
    if (jam === this.#jamShown && this.#player.status.peek().state === "running") return;
    this.#jamShown = jam;
    this.#player.setJam(jam);
    this.#mixes.setTracks(jam.tracks);
  }

  #soundForOthers(): Pick<Status, "sound" | "renderAhead"> {
    const { state } = this.#player.status.peek();
    const renderAhead = this.#player.output()?.renderAhead ?? 0;
    if (state === "running") return { sound: "on", renderAhead };
    return { sound: state === "starting" || state === "interrupted" ? state : "off", renderAhead };
  }
}
