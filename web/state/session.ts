/**
 * A jam as this page lives it: the connection, the document, the sound and what the screen shows of
 * them. It translates between its parts and holds no rule of its own: those are in `shared`.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { CommandContext } from "#shared/document/commands.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { namesIn } from "#shared/document/describe.ts";
import { JamDocument } from "#shared/document/document.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { ok, type Result } from "#shared/lib/result.ts";
import { seededRandom } from "#shared/lib/random.ts";
import type { Jam } from "#shared/music/model.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Command, CommandError, CommandInput } from "#shared/protocol/commands.ts";
import type { Links, Role, Status } from "#shared/protocol/messages.ts";
import type { RoomTime } from "#shared/time/instants.ts";
import { Player } from "../audio/player.ts";
import { Connection } from "../net/connection.ts";
import { zeroCounters } from "../net/counters.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import { engineMode, randomSeed, soundSupport } from "../platform.ts";
import { type RoomAddress, roomPath, tokenOf } from "./address.ts";
import { Conducting } from "./conducting.ts";
import { createRoom } from "./create-room.ts";
import { Conflicts } from "./conflicts.ts";
import { Edits } from "./edits.ts";
import { History } from "./history.ts";
import { describeTouch, lockedSentence, Notices } from "./notices.ts";
import { inspectSession } from "./inspection.ts";
import { JamFiles } from "./jam-files.ts";
import { JamSignals } from "./jam-signals.ts";
import { lastChange } from "./last-change.ts";
import { LocalTransport, TRANSPORT } from "./local-transport.ts";
import { MyMixes } from "./my-mixes.ts";
import { Offline } from "./offline.ts";
import type { OfflineJam } from "./offline-jam.ts";
import { People } from "./people.ts";
import { phaseOf, type Stage } from "./phase.ts";
import { Presence } from "./presence.ts";
import { storage } from "./storage.ts";
import { Sync } from "./sync.ts";
import { watchTabs } from "./tabs.ts";
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
} from "./view.ts";

/** Seconds of room time between two looks at what time alone changes on screen (a pending start). */
const TRANSPORT_POLL_MS = 100;
/** A page that has the jam in its browser plays on without a server that has not let it in by then. */
const PATIENCE_MS = 2_000;
/** Of the clock by which one plays alone: below every generation of the room's. */
const ALONE_GENERATION = -1;
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
  /** Stands in until the first snapshot, so that nobody has to ask whether there is a document. */
  readonly #blank = new JamDocument(0);
  /** What this browser keeps of the jam; null until it has been looked for. */
  #offline: Offline | null = null;
  #connection: Connection | null = null;
  readonly #transport = new LocalTransport();
  /** Played by this computer's own clock, until the room's is locked. */
  #isAlone = false;
  #jamShown: unknown = null;
  /** When the sound came on, an instant of `performance.now()`. */
  #soundSince = Number.POSITIVE_INFINITY;

  readonly #stage = signal<Stage>({ kind: "landing" });
  readonly #joined = signal(false);
  readonly #openElsewhere = signal(false);
  readonly #locked = signal(false);
  readonly #role = signal<Role>("performer");
  readonly #links = signal<Links | null>(null);
  readonly #delivery = signal<ConnectionState>({ state: "saved", waiting: 0, kept: false });

  readonly phase: ReadonlySignal<Phase> = computed(() =>
    phaseOf({
      stage: this.#stage.value,
      role: this.#role.value,
      joined: this.#joined.value,
      sound: this.#player.status.value,
      locked: this.#locked.value,
    }),
  );
  readonly sound: ReadonlySignal<SoundStatus> = computed(() => {
    const { state, cause } = this.#player.status.value;
    return { state, cause };
  });
  readonly role: ReadonlySignal<Role> = this.#role;
  readonly openElsewhere: ReadonlySignal<boolean> = this.#openElsewhere;
  readonly links: ReadonlySignal<Links | null> = this.#links;
  readonly connection = this.#delivery;
  readonly sync: Sync;
  readonly files: JamFiles;
  readonly conflicts: Conflicts;
  readonly presence: Presence;
  readonly history: History;
  readonly conducting = new Conducting({
    ask: (control) => this.#connection?.controls.ask(control) ?? null,
    say: (sentence) => this.#notices.say(sentence),
  });

  constructor(options: { clock: LocalClock; address: RoomAddress | null }) {
    this.#clock = options.clock;
    this.#player = new Player({ clock: options.clock, mode: engineMode() });
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
      now: () => this.#roomNow(),
      timeline: () => this.#jam.timeline,
    });
    this.#notices = new Notices();
    this.#edits = new Edits({
      copy: () => {
        const copy = this.#connection?.spoke ?? this.#offline;
        const { actor } = (this.#connection?.spoke ?? this.#offline?.jam)?.replica ?? {};
        return copy && actor !== undefined ? { actor, canCommit: copy.canCommit } : null;
      },
      roomNow: () => this.#roomNow(),
      distances: () => this.#connection?.distances ?? [],
      alone: () =>
        (this.#connection?.alone ?? true) ? (command, context) => this.#playAlone(command, context) : null,
      document: () => this.#document,
      isListener: () => this.#role.peek() === "listener",
      isLeader: () => this.#role.peek() === "leader",
      commit: (writes) => this.#commit(writes),
      tempo: () => this.tempo.peek(),
      edited: () => this.files.handleEdit(),
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
    this.history = new History({
      past: () => this.#connection?.past ?? null,
      document: () => this.#document,
      author,
      isMe,
      wallMs: (roomMs) => Date.now() - (this.#connection?.roomNow() ?? 0) * 1_000 + roomMs,
      write: (deltas) => this.#edits.writeTogether(deltas),
      show: () => this.#signals.refresh(),
      say: (sentence) => this.#notices.say(sentence),
      takeBackMine: () => this.#edits.takeBackRecent(),
    });
    this.presence = new Presence({ tell: (at) => this.#connection?.tellPresence(at), author, now });
    this.files = new JamFiles({
      document: () => this.#document,
      role: this.#role,
      dispatch: (command) => this.dispatch(command),
      undo: () => this.undo(),
    });
    setInterval(() => this.#signals.readTransport(), TRANSPORT_POLL_MS);
    addEventListener("online", () => this.#connection?.retryNow());
    this.#player.onSleep(() => this.#connection?.measureClock());
    const sounding = computed(() => this.#player.status.value.state);
    effect(() => {
      const state = sounding.value;
      if (state === "running") this.#soundSince = performance.now();
      // Building the engine keeps this page busy, and its clock the worse for it.
      if (state === "starting" || state === "running") this.#connection?.measureClock();
      if (state !== "off") this.#sendJam();
    });
    const support = soundSupport();
    if (support !== "yes")
      this.#stage.value = {
        kind: "ended",
        code: support === "needs-https" ? "NEEDS_HTTPS" : "SOUND_UNSUPPORTED",
      };
    else if (options.address) this.#enter(options.address);
  }

  /** The server's document, and until that is here the one that this browser kept. */
  get #document(): JamDocument {
    const replica = this.#offline?.jam?.replica ?? this.#connection?.spoke?.replica;
    return replica?.document ?? this.#blank;
  }

  /** The jam as it is heard here. */
  get #jam(): Jam {
    return this.#transport.over(this.#document.jam());
  }

  /** What is on the screen: the present, or a moment of the past. */
  get #shown(): JamDocument {
    return this.history.moment ?? this.#document;
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
  get chain() {
    return this.#signals.chain;
  }
  get touch(): ReadonlySignal<Touch | null> {
    return this.#notices.touch;
  }
  get notice(): ReadonlySignal<string | null> {
    return this.#notices.notice;
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
    return this.#signals.param(track, param);
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
  tap(seconds: number) {
    return this.#player.tap(seconds);
  }
  /** Told of each delta once the document holds it and the cells know, one's own too. Returns the end of it. */
  onApplied(listener: (delta: Delta) => void): () => void {
    return this.#applied.on("applied", listener);
  }

  createJam(): void {
    void this.#player.start();
    this.#joined.value = true;
    this.#stage.value = { kind: "connecting" };
    createRoom("auto").then(
      (created) => {
        if (created.ok) this.#enter(created.value);
        else this.#stage.value = { kind: "ended", code: created.error };
      },
      () => {
        this.#stage.value = { kind: "ended", code: "INTERNAL" };
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
      waiting: this.#offline?.waiting ?? 0,
    });
  }

  #roomNow(): RoomTime | null {
    return this.#connection?.roomNow() ?? this.#offline?.jam?.roomAt(this.#clock.now()) ?? null;
  }

  /** Nobody is reached: the music moves here, and nothing is sent now or later. */
  #playAlone(command: Command, context: CommandContext): Result<null, CommandError> {
    const moved = this.#transport.dispatch(command, this.#document, context);
    if (!moved.ok) return moved;
    if (moved.value) {
      this.#show([TRANSPORT]);
      this.#notices.say("Only you hear this: nobody else can be reached.");
    }
    return ok(null);
  }

  #commit(writes: readonly Write[]): Delta | null {
    const tempoBefore = this.conflicts.tempo();
    const delta = this.#connection?.spoke ? this.#connection.commit(writes) : this.#offline?.commit(writes);
    if (delta) {
      this.conflicts.wrote(delta, tempoBefore);
      this.#show(delta.writes.map((write) => write.key));
      this.#applied.emit("applied", delta);
      this.history.edited();
    }
    this.#offline?.jamChanged();
    this.#offline?.editsChanged();
    this.#readDelivery();
    return delta ?? null;
  }

  #enter(address: RoomAddress): void {
    const leader = storage.leaderToken(address.room);
    const token = leader ?? address.token;
    if (token === "") {
      this.#stage.value = { kind: "ended", code: "NO_ROOM_IN_LINK" };
      return;
    }
    this.#stage.value = { kind: "connecting" };
    void Offline.open(address.room, {
      clock: this.#clock,
      authors: () => this.#people.authors,
      say: (sentence) => this.#notices.say(sentence),
    }).then((offline) => {
      this.#offline = offline;
      if (offline.jam) this.#showKept(offline.jam);
      this.#connect(address.room, token, offline);
    });
  }

  /** The jam as this browser kept it: there at once, whether the server answers or not. */
  #showKept({ kept, course }: OfflineJam): void {
    this.#role.value = kept.role;
    this.#people.learnAuthors(kept.authors);
    this.#people.reset(kept.self.actor, [{ ...kept.self, role: kept.role, status: null }], {
      rungOf: () => "relay",
      ownStatus: () => null,
    });
    this.#signals.refresh();
    this.#show([]);
    this.#stage.value = { kind: "here" };
    this.#readDelivery();
    setTimeout(() => {
      if (this.#connection?.welcome) return;
      this.#isAlone = this.#locked.value = true;
      this.#player.setClock(course, ALONE_GENERATION);
      this.#readDelivery();
    }, PATIENCE_MS);
  }

  #connect(room: string, token: string, offline: Offline): void {
    const connection = new Connection({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
      token,
      memberKey: storage.memberKey(room),
      earlier: () => offline.earlier,
      name: storage.name(),
      clock: this.#clock,
      counters: this.#counters,
      random: seededRandom(randomSeed()),
      sound: () => this.#soundForOthers(),
      isHeard: () => this.playing.peek() && performance.now() - this.#soundSince > SETTLING_MS,
    });
    this.#connection = connection;
    watchTabs(room, () => {
      this.#openElsewhere.value = true;
    });
    connection.on("life", (life) => {
      for (const { from, to } of offline.begin(life, () => Math.round((this.#roomNow() ?? 0) * 1_000)))
        this.#edits.restamped(from, to);
    });
    connection.on("welcome", (welcome) => this.#handleWelcome(welcome));
    connection.on("peer", (peer) => {
      if (this.#people.update(peer)) this.#signals.refresh();
    });
    connection.on("left", (actor) => {
      this.#people.leave(actor);
      this.presence.left(actor);
    });
    connection.on("presence", ({ from, at }) => this.presence.heard(from, at));
    connection.on("changed", ({ keys, deltas }) => {
      this.#show(keys);
      this.conflicts.changed(keys);
      this.history.edited();
      offline.jamChanged();
      for (const delta of deltas) this.#applied.emit("applied", delta);
      for (const delta of deltas)
        this.#notices.touched(describeTouch(delta, this.#people.author(delta.actor)));
    });
    connection.on("restamped", (stamps) => {
      for (const { from, to } of stamps) this.#edits.restamped(from, to);
    });
    connection.on("score", () => {
      const stoodIn = offline.arrive();
      if (this.#transport.end() || stoodIn) {
        this.#signals.refresh();
        this.#show([]);
      }
      this.#readDelivery();
      this.#stage.value = { kind: "here" };
    });
    connection.on("locked", (writes) =>
      this.#notices.say(`${lockedSentence(writes, namesIn(this.#document))} Your last edit there went back.`),
    );
    connection.on("delivery", () => {
      offline.editsChanged();
      this.#readDelivery();
    });
    connection.on("clock", () => this.#readClock());
    connection.on("rungs", () => this.#people.publish());
    connection.on("ended", (code) => {
      offline.flush();
      this.#readDelivery();
      this.#stage.value = { kind: "ended", code };
    });
  }

  #handleWelcome(welcome: Welcome): void {
    const { room, role, memberKey, links, authors, roster, actor } = welcome;
    storage.setMemberKey(room, memberKey);
    if (links.leader) storage.setLeaderToken(room, tokenOf(links.leader));
    const shown = role === "listener" ? links.listener : (links.performer ?? links.listener);
    history.replaceState(null, "", roomPath(shown, location.search));
    this.#role.value = role;
    this.#links.value = links;
    this.#people.learnAuthors(authors);
    this.#people.reset(actor, roster, {
      rungOf: (peer) => this.#connection?.rungOf(peer) ?? "relay",
      ownStatus: () => this.#connection?.status() ?? null,
    });
    this.presence.reset();
    this.history.connected();
    this.#signals.refresh();
    this.#readDelivery();
  }

  /** What the document changed goes to the screen and to the player; before there is sound, once it is painted. */
  #show(keys: Parameters<JamSignals["update"]>[0]): void {
    this.#signals.update(keys);
    this.conducting.read(this.#jam);
    if (this.#player.status.peek().state === "off")
      requestAnimationFrame(() => setTimeout(() => this.#sendJam()));
    else this.#sendJam();
  }

  #sendJam(): void {
    const jam = this.#jam;
    if (jam === this.#jamShown && this.#player.status.peek().state === "running") return;
    this.#jamShown = jam;
    this.#player.setJam(jam);
    this.#mixes.setTracks(jam.tracks);
  }

  #readClock(): void {
    const connection = this.#connection;
    if (!connection) return;
    const now = this.#clock.now();
    const { state } = connection.clock.status(now);
    const isLocked = state === "locked" || state === "holdover";
    if (isLocked) this.#isAlone = false;
    this.#locked.value = isLocked || this.#isAlone;
    this.#people.publish();
    if (state !== "unlocked" && !this.#isAlone)
      this.#player.setClock(connection.clock.course, connection.clock.generation);
  }

  #readDelivery(): void {
    const { waiting = 0, keeps: kept = false } = this.#offline ?? {};
    // Before the first welcome nobody is away yet, for as long as that is usual.
    const isAway = this.#connection?.welcome ? !this.#connection.online : this.#isAlone;
    const safe = waiting > 0 ? "saving" : "saved";
    const state = isAway ? "offline" : (this.#connection?.serverCanSave ?? true) ? safe : "full";
    const shown = this.#delivery.peek();
    if (shown.state !== state || shown.waiting !== waiting || shown.kept !== kept)
      this.#delivery.value = { state, waiting, kept };
  }

  #soundForOthers(): Pick<Status, "sound" | "renderAhead"> {
    const { state } = this.#player.status.peek();
    const renderAhead = this.#player.output()?.renderAhead ?? 0;
    if (state === "running") return { sound: "on", renderAhead };
    return { sound: state === "starting" || state === "interrupted" ? state : "off", renderAhead };
  }
}
