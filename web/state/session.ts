/**
 * A jam as this page lives it: the connection, the document, the sound and what the screen shows of
 * them. It translates between its parts and holds no rule of its own: those are in `shared`.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import * as v from "valibot";
import { applyCommand } from "#shared/document/commands.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { JamDocument } from "#shared/document/document.ts";
import { deltasOf } from "#shared/document/jam-replace.ts";
import { changesOf, type Step, UndoHistory } from "#shared/document/undo.ts";
import { Emitter } from "#shared/lib/emitter.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { seededRandom } from "#shared/lib/random.ts";
import { transportLead } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import { Command, type CommandError, type CommandInput } from "#shared/protocol/commands.ts";
import type { Links, Role, Status } from "#shared/protocol/messages.ts";
import { roomTime } from "#shared/time/instants.ts";
import { Player } from "../audio/player.ts";
import { Connection } from "../net/connection.ts";
import { zeroCounters } from "../net/counters.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import { engineMode, randomSeed, soundSupport } from "../platform.ts";
import { type RoomAddress, roomPath, tokenOf } from "./address.ts";
import { createRoom } from "./create-room.ts";
import { describeTouch, Notices } from "./notices.ts";
import { inspectSession } from "./inspection.ts";
import { JamFiles } from "./jam-files.ts";
import { JamSignals } from "./jam-signals.ts";
import { MyMixes } from "./my-mixes.ts";
import { People } from "./people.ts";
import { phaseOf, type Stage } from "./phase.ts";
import { storage } from "./storage.ts";
import { Sync } from "./sync.ts";
import { watchTabs } from "./tabs.ts";
import type { Cell, Heard, MyMix, Phase, SessionView, SoundStatus, Touch } from "./view.ts";

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
  readonly #undo = new UndoHistory();
  readonly #applied = new Emitter<{ applied: Delta }>();
  /** Stands in until the first snapshot, so that nobody has to ask whether there is a document. */
  readonly #blank = new JamDocument(0);
  #connection: Connection | null = null;
  #jamShown: unknown = null;
  /** When the sound came on, an instant of `performance.now()`. */
  #soundSince = Number.POSITIVE_INFINITY;

  readonly #stage = signal<Stage>({ kind: "landing" });
  readonly #joined = signal(false);
  readonly #openElsewhere = signal(false);
  readonly #locked = signal(false);
  readonly #role = signal<Role>("performer");
  readonly #links = signal<Links | null>(null);
  readonly #delivery = signal<{ state: "saved" | "saving" | "offline"; waiting: number }>({
    state: "saved",
    waiting: 0,
  });
  readonly #canUndo = signal(false);
  readonly #canRedo = signal(false);

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
  readonly canUndo: ReadonlySignal<boolean> = this.#canUndo;
  readonly canRedo: ReadonlySignal<boolean> = this.#canRedo;
  readonly sync: Sync;
  readonly files: JamFiles;

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
      document: () => this.#document,
      author: (actor) => this.#people.author(actor),
      now: () => this.#connection?.roomNow() ?? null,
    });
    this.#notices = new Notices();
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

  get #document(): JamDocument {
    return this.#connection?.spoke?.replica.document ?? this.#blank;
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
    const parsed = v.safeParse(Command, input);
    if (!parsed.success) {
      const [issue] = parsed.issues;
      return err({ code: "INVALID", message: `${v.getDotPath(issue) ?? "command"}: ${issue.message}` });
    }
    if (this.#role.peek() === "listener")
      return err({ code: "FORBIDDEN", message: "listeners hear, they do not edit" });
    const spoke = this.#connection?.spoke;
    if (!spoke) return err({ code: "FORBIDDEN", message: "there is no room yet: wait for the score" });
    const unsentFull = err({
      code: "UNSENT_FULL",
      message: "too many edits wait for the connection",
    } as const);
    if (!spoke.canCommit) return unsentFull;
    const command = parsed.output;
    const writes = applyCommand(this.#document, command, this.#commandContext(spoke.replica.actor));
    if (!writes.ok) return writes;
    return this.#carryOut(writes.value) ? ok(null) : unsentFull;
  }

  gesture(): () => void {
    this.#undo.begin();
    return () => this.#undo.end();
  }

  undo(): void {
    this.#step(this.#undo.undo(this.#document));
  }

  redo(): void {
    this.#step(this.#undo.redo(this.#document));
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
    });
  }

  #commandContext(actor: number) {
    return {
      now: this.#connection?.roomNow() ?? roomTime(0),
      lead: transportLead(this.#connection?.distances ?? []),
      actor,
    };
  }

  /** One command's writes. What comes before the last delta changes nothing that is seen, so nothing to undo. */
  #carryOut(writes: readonly Write[]): boolean {
    const deltas = deltasOf(writes);
    for (const [index, each] of deltas.entries()) {
      const changes = index < deltas.length - 1 ? [] : changesOf(this.#document, each);
      const delta = this.#commit(each);
      if (!delta) return false;
      this.#undo.record(changes, delta.stamp);
      if (changes.length > 0) this.files.handleEdit();
    }
    this.#showUndo();
    return true;
  }

  #step(step: Step | null): void {
    if (!step) return;
    this.files.handleEdit();
    if (step.skipped > 0) {
      const edits = step.skipped === 1 ? "1 change stands" : `${step.skipped} changes stand`;
      this.#notices.say(`${edits}: somebody has changed it since.`);
    }
    const writes = [...step.writes, ...this.#tempoWrites(step.tempo)];
    if (writes.length > 0) {
      const delta = this.#commit(writes);
      if (delta) this.#undo.committed(delta.stamp);
    }
    this.#showUndo();
  }

  #tempoWrites(tempo: number | null): readonly Write[] {
    if (tempo === null) return [];
    const context = this.#commandContext(this.#connection?.spoke?.replica.actor ?? 0);
    const writes = applyCommand(this.#document, { type: "TEMPO_SET", tempo }, context);
    return writes.ok ? writes.value : [];
  }

  #commit(writes: readonly Write[]): Delta | null {
    const delta = this.#connection?.commit(writes) ?? null;
    if (delta) {
      this.#show(delta.writes.map((write) => write.key));
      this.#applied.emit("applied", delta);
    }
    this.#readDelivery();
    return delta;
  }

  #showUndo(): void {
    this.#canUndo.value = this.#undo.canUndo;
    this.#canRedo.value = this.#undo.canRedo;
  }

  #enter(address: RoomAddress): void {
    const leader = storage.leaderToken(address.room);
    const token = leader ?? address.token;
    if (token === "") {
      this.#stage.value = { kind: "ended", code: "NO_ROOM_IN_LINK" };
      return;
    }
    this.#stage.value = { kind: "connecting" };
    const connection = new Connection({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
      token,
      memberKey: storage.memberKey(address.room),
      name: storage.name(),
      clock: this.#clock,
      counters: this.#counters,
      random: seededRandom(randomSeed()),
      sound: () => this.#soundForOthers(),
      isHeard: () => this.playing.peek() && performance.now() - this.#soundSince > SETTLING_MS,
    });
    this.#connection = connection;
    watchTabs(address.room, () => {
      this.#openElsewhere.value = true;
    });
    connection.on("welcome", (welcome) => this.#handleWelcome(welcome));
    connection.on("peer", (peer) => {
      if (this.#people.update(peer)) this.#signals.refresh();
    });
    connection.on("left", (actor) => this.#people.leave(actor));
    connection.on("changed", ({ keys, deltas }) => {
      this.#show(keys);
      for (const delta of deltas) this.#applied.emit("applied", delta);
      for (const delta of deltas)
        this.#notices.touched(describeTouch(delta, this.#people.author(delta.actor)));
    });
    connection.on("score", () => {
      this.#stage.value = { kind: "here" };
    });
    connection.on("delivery", () => this.#readDelivery());
    connection.on("clock", () => this.#readClock());
    connection.on("rungs", () => this.#people.publish());
    connection.on("ended", (code) => {
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
    this.#signals.refresh();
    this.#readDelivery();
  }

  /** What the document changed goes to the screen and to the player; before there is sound, once it is painted. */
  #show(keys: Parameters<JamSignals["update"]>[0]): void {
    this.#signals.update(keys);
    if (this.#player.status.peek().state === "off")
      requestAnimationFrame(() => setTimeout(() => this.#sendJam()));
    else this.#sendJam();
  }

  #sendJam(): void {
    const jam = this.#document.jam();
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
    this.#locked.value = state === "locked" || state === "holdover";
    this.#people.publish();
    if (state !== "unlocked") this.#player.setClock(connection.clock.course, connection.clock.generation);
  }

  #readDelivery(): void {
    const waiting = this.#connection?.spoke?.unacknowledged ?? 0;
    const state = !this.#connection?.online ? "offline" : waiting > 0 ? "saving" : "saved";
    const shown = this.#delivery.peek();
    if (shown.state !== state || shown.waiting !== waiting) this.#delivery.value = { state, waiting };
  }

  #soundForOthers(): Pick<Status, "sound" | "renderAhead"> {
    const { state } = this.#player.status.peek();
    const renderAhead = this.#player.output()?.renderAhead ?? 0;
    if (state === "running") return { sound: "on", renderAhead };
    return { sound: state === "starting" || state === "interrupted" ? state : "off", renderAhead };
  }
}
