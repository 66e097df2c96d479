/**
 * The audience's page as a whole: its place in the room, the two ways to hear, and what the screen shows of them. One
 * press begins; whatever breaks afterwards comes back by itself, or the screen says what to press.
 */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { JamDocument } from "#shared/document/document.ts";
import type { Random } from "#shared/lib/random.ts";
import type { Jam } from "#shared/music/model.ts";
import { isPlaying } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Reaction } from "#shared/protocol/chat.ts";
import type { ErrorCode } from "#shared/protocol/errors.ts";
import type { Peer, Status } from "#shared/protocol/messages.ts";
import { roomTime } from "#shared/time/instants.ts";
import { Audience } from "../net/audience.ts";
import { soundSupport } from "../platform.ts";
import { type RoomAddress, roomAddressPath, tokenOf } from "../state/address.ts";
import { Fleeting } from "../state/fleeting.ts";
import { REACTION_MS } from "../state/reactions.ts";
import { storage } from "../state/storage.ts";
import type { Attention } from "./attention.ts";
import { fetchOnce } from "./fetch-once.ts";
import { beatAt, type HeardBeat } from "./heard-beat.ts";
import { type Mode, modeOf } from "./mode.ts";
import { Patience } from "./patience.ts";
import { rememberMode } from "./remembered.ts";
import type { Renderer } from "./renderer.ts";
import { StreamSound } from "./stream-sound.ts";
import type { Hearing, Shown } from "./words.ts";

export type EndCode = ErrorCode | "UNREACHABLE" | "NO_ROOM_IN_LINK";

export type Stage =
  | { readonly kind: "opening" }
  | { readonly kind: "here" }
  | { readonly kind: "ended"; readonly code: EndCode };

interface SeenReaction {
  readonly name: string;
  readonly color: number | null;
  readonly reaction: string;
}

const LOOK_MS = 250;
/** A server that has not answered by then is out of reach. ms */
const AWAY_MS = 4_000;
/** After the first packets nothing else is fetched for so long. ms */
const AFTER_SOUND_MS = 1_000;
const MOST_REACTIONS = 12;

export class Listening {
  readonly #clock: LocalClock;
  readonly #audience: Audience | null;
  readonly #stream: StreamSound | null = null;
  #attention: Attention | null = null;
  readonly #blank = new JamDocument(0);
  readonly #colors = new Map<number, { readonly name: string; readonly color: number }>();
  #renderer: Renderer | null = null;
  readonly #patience = new Patience(performance.now());
  #applied: Mode | null = null;
  #drawing = false;

  readonly stage = signal<Stage>({ kind: "opening" });
  readonly pressed = signal(false);
  readonly wish = signal<Mode>("stream");
  readonly mode = signal<Mode>("stream");
  /** Counts up with every change of the document: the score is drawn anew. */
  readonly edition = signal(0);
  readonly shown = signal<Shown>({ room: "", isPlaying: false, performers: [], listeners: 0 });
  readonly performers = signal<readonly Peer[]>([]);
  readonly hearing: ReadonlySignal<Hearing>;
  readonly #hearing = signal<Hearing>({
    pressed: false,
    mode: "stream",
    wish: "stream",
    isOnline: true,
    isHeard: false,
    isInterrupted: false,
    hasProgramme: false,
    isPlaying: false,
    isCut: false,
    cause: null,
  });
  readonly #reactions = new Fleeting<SeenReaction>({ ms: REACTION_MS, most: MOST_REACTIONS });
  /** What is fetched once it sounds; null until it is here. */
  readonly late = signal<typeof import("./late.tsx") | null>(null);

  constructor(options: {
    readonly clock: LocalClock;
    readonly address: RoomAddress | null;
    readonly random: Random;
    readonly wish: Mode;
  }) {
    const { clock, address, random } = options;
    this.#clock = clock;
    this.hearing = this.#hearing;
    this.wish.value = this.mode.value = options.wish;
    if (!address?.token) {
      this.#audience = null;
      this.stage.value = { kind: "ended", code: "NO_ROOM_IN_LINK" };
      return;
    }
    const audience = (this.#audience = new Audience({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
      token: address.token,
      memberKey: storage.memberKey(address.room),
      name: storage.name(),
      clock,
      random,
      sound: () => this.#sound(),
    }));
    this.#stream = new StreamSound({ audience, clock, random, changed: () => this.#look() });
    this.#watch(audience);
    setTimeout(() => {
      if (this.stage.peek().kind === "opening" && audience.retrying)
        this.stage.value = { kind: "ended", code: "UNREACHABLE" };
    }, AWAY_MS);
    setInterval(() => this.#look(), LOOK_MS);
    addEventListener("online", () => {
      audience.retryNow();
      this.#stream?.networkChanged();
      this.#patience.forgive(performance.now());
    });
  }

  /** The one press, in its handler. */
  listen(): void {
    this.pressed.value = true;
    this.#applied = null;
    this.#look();
  }

  stop(): void {
    this.pressed.value = false;
    this.#applied = null;
    this.#stream?.stop();
    this.#renderer?.stop();
    this.#look();
  }

  /** In the handler of a gesture. */
  choose(wish: Mode): void {
    this.wish.value = wish;
    this.#patience.forgive(performance.now());
    rememberMode(wish);
    this.#look();
  }

  setName(name: string): void {
    storage.setName(name);
    this.#audience?.setName(name);
  }

  /** Mine is seen here at once. */
  react(reaction: Reaction): void {
    if (this.#audience?.react(reaction)) this.#reactions.show({ reaction, name: "You", color: null });
  }

  get reactions() {
    return this.#reactions.shown;
  }

  get document(): JamDocument {
    return this.#audience?.spoke?.replica.document ?? this.#blank;
  }

  get jam(): Jam {
    return this.document.jam();
  }

  /** The colour of who wrote something; null where nobody knows. */
  colorOf(actor: number): number | null {
    return this.#colors.get(actor)?.color ?? null;
  }

  /** The beat that is heard now; before there is sound, the room's. */
  heard(): HeardBeat {
    const stream = this.#isStreamed() ? this.#stream?.heard(this.#clock.now()) : null;
    const time = stream ? roomTime(stream.roomTime) : this.#audience?.roomNow();
    return { ...beatAt(this.jam, time ?? null), by: stream?.by ?? "clock" };
  }

  /** For machines. */
  inspect() {
    const { welcome, programme, listeners, performers, counters, online, clock } = this.#audience ?? {};
    const now = this.#clock.now();
    const { state = "unlocked", errorBound = 0 } = clock?.status(now) ?? {};
    return {
      room: welcome?.room ?? null,
      actor: welcome?.actor ?? null,
      mode: this.mode.peek(),
      wish: this.wish.peek(),
      hearing: this.#hearing.peek(),
      online: online ?? false,
      clock: { state, errorBound, roomTime: this.#audience?.roomNow() ?? null },
      heard: this.#isStreamed() ? (this.#stream?.heard(now) ?? null) : null,
      beat: this.heard(),
      programme: programme ?? null,
      sections: this.#stream?.inspect() ?? [],
      connected: this.#stream?.isConnected ?? false,
      listeners: listeners ?? 0,
      performers: performers?.length ?? 0,
      digest: this.document.digest(),
      engine: this.#renderer?.inspect() ?? null,
      level: this.#renderer?.level() ?? 0,
      counters: structuredClone(counters ?? null),
    };
  }

  #watch(audience: Audience): void {
    audience.on("welcome", (welcome) => {
      const { room, role, links, memberKey } = welcome;
      if (role !== "listener") {
        // This page only listens: whoever may play gets the one that does.
        const shown = links.performer ?? links.listener;
        location.replace(roomAddressPath({ room, token: tokenOf(shown) }, location.search));
        return;
      }
      storage.setMemberKey(room, memberKey);
      for (const { actor, name, color } of welcome.authors) this.#colors.set(actor, { name, color });
      this.#patience.forgive(performance.now());
      this.#look();
    });
    audience.on("people", () => {
      for (const { actor, name, color } of audience.performers) this.#colors.set(actor, { name, color });
      // What each says of its clock and sound is nothing to this screen.
      const seen = (peers: readonly Peer[]): string =>
        JSON.stringify(peers.map(({ actor, name, color }) => [actor, name, color]));
      if (seen(audience.performers) === seen(this.performers.peek())) return this.#look();
      this.performers.value = audience.performers;
      this.#draw();
    });
    audience.on("changed", () => {
      if (this.stage.peek().kind === "opening") this.stage.value = { kind: "here" };
      this.#renderer?.setJam(this.jam);
      this.#draw();
    });
    audience.on("clock", () => this.#setClock(audience));
    audience.on("reaction", ({ from, reaction, name }) => {
      const author = this.#colors.get(from);
      this.#reactions.show({
        reaction,
        name: author?.name ?? name ?? "Somebody",
        color: author?.color ?? null,
      });
    });
    audience.on("online", () => this.#look());
    audience.on("ended", (code) => {
      this.#stream?.stop();
      this.#renderer?.stop();
      this.stage.value = { kind: "ended", code };
    });
  }

  /** However much changes at once, the score is drawn once. */
  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => {
      this.#drawing = false;
      this.edition.value += 1;
      this.#look();
    }, 16);
  }

  #isStreamed(): boolean {
    return this.pressed.peek() && this.#applied === "stream";
  }

  readonly #fetchRenderer = fetchOnce(
    () => import("./renderer.ts"),
    (code) => {
      const audience = this.#audience;
      this.#renderer = new code.Renderer(this.#clock, () => audience?.measureClock());
      this.#renderer.setJam(this.jam);
      if (audience) this.#setClock(audience);
      this.#look();
    },
  );

  readonly #fetchLate = fetchOnce(
    async () => {
      // Packets come a moment before sound does.
      await new Promise((resolve) => setTimeout(resolve, AFTER_SOUND_MS));
      return import("./late.tsx");
    },
    (late) => {
      this.late.value = late;
      this.#stream?.setHeardTimes(late.heardTimeOf);
      this.#attention = late.attend({
        play: () => this.listen(),
        stop: () => this.stop(),
        resume: () => this.#stream?.resume(),
      });
      this.#look();
    },
  );

  /** Looks at everything that time or others change, and makes the sound what it should be. */
  #look(): void {
    const [audience, stream] = [this.#audience, this.#stream];
    if (!audience || !stream) return;
    const pressed = this.pressed.peek();
    const isHere = this.stage.peek().kind === "here";
    const hasProgramme = audience.programme.onAir !== null && audience.online;
    const { isFlowing } = stream;
    const player = this.#renderer?.status.peek() ?? null;
    const isHeld =
      player?.state === "interrupted" || (player?.state === "starting" && player.waitsFor === "press");
    const isAwaited = pressed && this.mode.peek() === "stream";
    const seen = { now: performance.now(), isHere, hasProgramme, isAwaited, isFlowing, isHeld };
    const { isOverdue, isCut, needsPress } = this.#patience.turn(seen);
    const canRender = soundSupport() === "yes";
    const mode = modeOf({ wish: this.wish.peek(), canRender, hasProgramme, isOverdue, isCut });
    if (mode === "render" && isHere) this.#fetchRenderer();
    this.#apply(mode);
    const time = audience.roomNow();
    const playing = time !== null && isPlaying(this.jam.timeline, time);
    batch(() => {
      this.mode.value = mode;
      this.#setHearing({
        pressed,
        mode,
        wish: this.wish.peek(),
        isOnline: audience.online,
        isHeard: mode === "stream" ? isFlowing : player?.state === "running",
        isInterrupted: pressed && (mode === "stream" ? stream.isInterrupted : needsPress),
        hasProgramme,
        isPlaying: playing,
        isCut,
        cause: pressed && mode === "render" ? (player?.cause ?? null) : null,
      });
      this.#setShown(audience, playing);
    });
    if (this.#hearing.peek().isHeard) this.#fetchLate();
    this.#attention?.set({
      isOn: pressed,
      room: this.jam.name,
      players: this.shown.peek().performers,
    });
  }

  #apply(mode: Mode): void {
    if (!this.pressed.peek() || this.#applied === mode) return;
    // Never both: one ends before the other begins.
    if (mode === "stream") {
      this.#renderer?.stop();
      this.#stream?.start();
    } else {
      this.#stream?.stop();
      if (!this.#renderer) return;
      this.#renderer.start();
    }
    this.#applied = mode;
    this.#audience?.refresh();
  }

  #setHearing(next: Hearing): void {
    const before = this.#hearing.peek();
    const keys = Object.keys(next) as (keyof Hearing)[];
    if (keys.some((key) => next[key] !== before[key])) this.#hearing.value = next;
  }

  #setShown(audience: Audience, playing: boolean): void {
    const names = new Map(audience.performers.map(({ member, name }) => [member, name]));
    const next: Shown = {
      room: this.jam.name,
      isPlaying: playing,
      performers: [...names.values()],
      listeners: audience.listeners,
    };
    if (JSON.stringify(next) !== JSON.stringify(this.shown.peek())) this.shown.value = next;
  }

  #setClock({ clock }: Audience): void {
    if (clock.status(this.#clock.now()).state !== "unlocked")
      this.#renderer?.setClock(clock.course, clock.generation);
  }

  /** A stream is no sound of this page's own. */
  #sound(): Pick<Status, "sound" | "renderAhead"> {
    if (this.#applied !== "render" || !this.pressed.peek()) return { sound: "off", renderAhead: 0 };
    const state = this.#renderer?.status.peek().state;
    return { sound: state === "running" ? "on" : "starting", renderAhead: this.#renderer?.renderAhead ?? 0 };
  }
}
