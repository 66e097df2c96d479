/**
 * Sound from and to others: what I send, what I hear of whom, and in whose ears I am. It joins the graph
 * (`audio/sends.ts`, `audio/ears.ts`) to the ways it travels (`net/streams`), and says on the status line what
 * happens without a hand of mine: somebody's mix that stops, a device that is gone, a leader's mute.
 */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { LocalClock } from "#shared/ports.ts";
import type { Air, AirKind } from "#shared/protocol/messages.ts";
import { Ears as EarsGraph } from "../audio/ears.ts";
import type { Mixer } from "../audio/mixer.ts";
import type { Player } from "../audio/player.ts";
import { Sends } from "../audio/sends.ts";
import type { Connection } from "../net/connection.ts";
import { NO_ARRIVAL } from "../net/streams/arrival.ts";
import { MUSIC, type Quality } from "../net/streams/opus.ts";
import type { Reception } from "../net/streams/reception.ts";
import { Streams } from "../net/streams/streams.ts";
import { HeardStream } from "./behind.ts";
import { Broadcast, type Programme } from "./broadcast.ts";
import { type Parts, partsOf, SentParts } from "./sent-parts.ts";
import { MyInputs } from "./my-inputs.ts";
import type { Ears, MyAir, MyInput, OtherStream, StreamsView, Trial } from "./streams-view.ts";
import type { SessionView } from "./view.ts";

/** What of a session the screen does not see. */
export interface StreamsParts {
  readonly connection: Connection;
  readonly clock: LocalClock;
  readonly player: Pick<Player, "inspect" | "rig" | "status">;
  readonly say: (sentence: string) => void;
}

type Options = StreamsParts & Pick<SessionView, "people" | "conducting" | "jam" | "lastChange">;

interface Graph {
  /** The rig it belongs to: another start of the sound is another graph. */
  readonly rig: object;
  readonly sends: Sends;
  readonly ears: EarsGraph;
}

interface Listening {
  volume: number;
  muted: boolean;
  steady: boolean;
}

/** For somebody's mix to flow, once it was asked for. ms */
const EARS_DEADLINE_MS = 10_000;
const OFF: MyAir = { mix: false, input: null, mixHasInput: false, parts: null, quality: MUSIC };

/** Puts it where the session has room for it, once. */
export function startStreams(session: SessionView): void {
  const { people, conducting, jam } = session;
  const { streams } = session.late.peek() ?? {};
  const parts = streams?.live.peek() ? null : streams?.parts();
  const lastChange: SessionView["lastChange"] = (spot) => session.lastChange(spot);
  if (streams && parts)
    streams.live.value = new LiveStreams({ ...parts, people, conducting, jam, lastChange });
}

export class LiveStreams implements StreamsView {
  readonly #options: Options;
  readonly #streams: Streams;
  readonly #inputs: MyInputs;
  readonly #sentParts: SentParts;
  readonly #broadcast: Broadcast;
  readonly #mine = signal<MyAir>(OFF);
  readonly #others = signal<readonly OtherStream[]>([]);
  readonly #ears = signal<Ears | null>(null);
  readonly #air = new Map<number, Air>();
  readonly #receptions = new Map<string, Reception>();
  readonly #heard = new Map<string, HeardStream>();
  /** What I have set, for as long as the page is open. */
  readonly #settings = new Map<string, Listening>();
  #graph: Graph | null = null;
  #earsSince = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#inputs = new MyInputs({
      sends: () => this.#graph?.sends ?? null,
      context: () => options.player.rig?.context ?? null,
      lost: (label) => {
        this.#stopInput(`Your input ${label} is gone. You are off the air with it.`);
      },
    });
    this.#streams = new Streams({
      connection: options.connection,
      random: Math.random,
      handleAir: (actor, air) => this.#handleAir(actor, air),
      handleReception: (reception) => this.#handleReception(reception),
      handleTick: () => this.#handleTick(),
    });
    this.#sentParts = new SentParts({
      sound: (parts) => this.#graph?.sends.setParts(parts),
      tell: (parts) => this.#streams.setParts(parts && [...parts]),
      tracks: () => options.jam.tracks.peek(),
      wait: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#broadcast = new Broadcast({
      ...options,
      streams: this.#streams,
      sends: () => this.#graph?.sends ?? null,
      isSmall: () => matchMedia("(pointer: coarse)").matches,
    });
    for (const [actor, air] of options.connection.air) this.#handleAir(actor, air);
    effect(() => {
      // Another start of the sound is another graph.
      void options.player.status.value;
      this.#takeGraph();
    });
    effect(() => {
      void options.people.value;
      this.#publish();
    });
  }

  get mine(): ReadonlySignal<MyAir> {
    return this.#mine;
  }
  get trial(): ReadonlySignal<Trial> {
    return this.#inputs.trial;
  }
  get others(): ReadonlySignal<readonly OtherStream[]> {
    return this.#others;
  }
  get ears(): ReadonlySignal<Ears | null> {
    return this.#ears;
  }
  get programme(): ReadonlySignal<Programme | null> {
    return this.#broadcast.programme;
  }

  sendMix(on: boolean): void {
    const { sends } = this.#graph ?? {};
    if (on === this.#mine.peek().mix || (on && !sends)) return;
    this.#set({ mix: on });
    if (on && sends) this.#streams.start("mix", sends.open("mix"), this.#mine.peek().quality);
    else {
      this.#streams.stop("mix");
      sends?.close("mix");
    }
  }

  setQuality(quality: Quality): void {
    const { quality: before, mix, input } = this.#mine.peek();
    this.#set({ quality });
    const sent = [...(mix ? (["mix"] as const) : []), ...(input ? (["input"] as const) : [])];
    for (const kind of sent) {
      // The length of packets is in the descriptions; the rate is not.
      if (before.ptime === quality.ptime) this.#streams.setBitrate(kind, quality.bitrate);
      else if (this.#graph) this.#streams.start(kind, this.#graph.sends.open(kind), quality);
    }
  }

  setMixHasInput(mixHasInput: boolean): void {
    this.#set({ mixHasInput });
    this.#graph?.sends.setMixHasInput(mixHasInput);
    this.#streams.setMixHasInput(mixHasInput);
  }

  setParts(parts: Parts): void {
    this.#set({ parts });
    this.#sentParts.choose(parts, this.#mine.peek().mix);
  }

  myParts(): number[] {
    const { jam, lastChange } = this.#options;
    return partsOf(
      jam.tracks.peek(),
      (track, step, pitch) => lastChange({ kind: "cell", track, step, pitch })?.by === null,
    );
  }

  tryInput(deviceId: string | null, headphones: boolean): Promise<void> {
    return this.#mine.peek().input ? Promise.resolve() : this.#inputs.open(deviceId, headphones);
  }

  endTrial(): void {
    if (!this.#mine.peek().input) this.#inputs.close();
  }

  goLive(talk: MyInput["talk"], monitor: boolean): void {
    const trial = this.#inputs.trial.peek();
    const { sends } = this.#graph ?? {};
    if (trial.kind !== "open" || !sends || this.#mine.peek().input) return;
    const { headphones, device } = trial;
    const input = { label: device.label, headphones, talk, isOpen: talk === "always", monitor: false };
    this.#set({ input });
    this.#streams.start("input", sends.open("input"), this.#mine.peek().quality);
    sends.setGate(input.isOpen);
    this.setMonitor(monitor);
  }

  stopInput(): void {
    this.#stopInput(null);
  }

  setTalking(isOpen: boolean): void {
    const { input } = this.#mine.peek();
    if (!input) return;
    this.#graph?.sends.setGate(isOpen);
    this.#set({ input: { ...input, isOpen } });
  }

  setMonitor(on: boolean): void {
    const { input } = this.#mine.peek();
    if (!input) return;
    // On speakers it would come back into the microphone.
    const monitor = on && input.headphones;
    this.#graph?.sends.setMonitor(monitor);
    this.#set({ input: { ...input, monitor } });
  }

  level(of: AirKind | "source"): number {
    return this.#graph?.sends.level(of) ?? 0;
  }

  levelOf(actor: number, kind: AirKind): number {
    return this.#graph?.ears.level(nameOf(actor, kind)) ?? 0;
  }

  setHeard(actor: number, heard: { volume?: number; muted?: boolean }): void {
    Object.assign(this.#listening(actor, "input"), heard);
    this.#applyVolumes();
    this.#publish();
  }

  setSteady(actor: number, kind: AirKind, steady: boolean): void {
    this.#listening(actor, kind).steady = steady;
    this.#receptions.get(nameOf(actor, kind))?.setSteady(steady);
    this.#publish();
  }

  hear(actor: number | null): void {
    const before = this.#ears.peek();
    if ((before?.actor ?? null) === actor) return;
    if (actor !== null && this.#air.get(actor)?.mix !== true) return;
    const person = this.#person(actor);
    this.#ears.value =
      actor === null
        ? null
        : {
            actor,
            name: person.name,
            color: person.color,
            isParts: this.#air.get(actor)?.parts !== undefined,
            state: "waiting",
          };
    this.#earsSince = performance.now();
    if (actor !== null) {
      this.#listen(actor, "mix");
      // It may flow already.
      this.#showEars();
    }
    if (actor === null) this.#graph?.ears.hear(null);
    if (before) this.#forget(before.actor, "mix");
    this.#applyVolumes();
    this.#publish();
  }

  chooseBroadcaster(actor: number | null): void {
    this.#options.conducting.conduct({ type: "BROADCASTER", actor });
  }

  muteInput(actor: number): void {
    this.#options.conducting.conduct({ type: "INPUT_MUTE", actor });
  }

  #set(mine: Partial<MyAir>): void {
    this.#mine.value = { ...this.#mine.peek(), ...mine };
  }

  #stopInput(why: string | null): void {
    if (why !== null) this.#options.say(why);
    const { input } = this.#mine.peek();
    if (input) {
      this.#set({ input: null });
      this.#streams.stop("input");
      this.#graph?.sends.close("input");
    }
    this.#inputs.close();
  }

  /** The sound was started anew: what was sent ends, what is heard goes on in the new graph. */
  #takeGraph(): void {
    const { rig } = this.#options.player;
    if (rig === (this.#graph?.rig ?? null)) return;
    if (this.#graph) {
      this.sendMix(false);
      this.stopInput();
      this.hear(null);
      this.#broadcast.stop();
      this.#graph.sends.end();
      this.#graph.ears.end();
    }
    if (!rig) {
      this.#graph = null;
      return;
    }
    const { context, mixer } = rig;
    const sends = new Sends({ context, mixer, monitor: mixer.ears.entry });
    const { mixHasInput, parts } = this.#mine.peek();
    sends.setMixHasInput(mixHasInput);
    sends.setParts(parts);
    const setElsewhere: Mixer["setElsewhere"] = (tracks, at) => mixer.setElsewhere(tracks, at);
    this.#graph = { rig, sends, ears: new EarsGraph({ context, ...mixer.ears, setElsewhere }) };
    this.#broadcast.turn();
    for (const reception of this.#receptions.values()) this.#handleReception(reception);
  }

  #handleAir(actor: number, air: Air | null): void {
    if (actor === this.#options.connection.welcome?.actor) {
      if (this.#mine.peek().input && air?.input === false)
        this.#stopInput("A leader has muted your input. You can go live again.");
      return;
    }
    if (air?.input || air?.mix) this.#air.set(actor, air);
    else this.#air.delete(actor);
    if (air?.input) this.#listen(actor, "input");
    else this.#forget(actor, "input");
    if (this.#ears.peek()?.actor === actor) {
      if (air?.mix) this.#showEars();
      else this.#returnFrom("has stopped");
    }
    this.#applyVolumes();
    this.#publish();
  }

  #listen(actor: number, kind: AirKind): void {
    const reception = this.#streams.listen(actor, kind);
    reception.setSteady(this.#listening(actor, kind).steady);
    if (this.#receptions.get(nameOf(actor, kind)) === reception) return;
    this.#receptions.set(nameOf(actor, kind), reception);
    const { connection, clock, player } = this.#options;
    this.#heard.set(
      nameOf(actor, kind),
      new HeardStream({ connection, clock, rig: () => player.rig }, reception),
    );
  }

  #forget(actor: number, kind: AirKind): void {
    const name = nameOf(actor, kind);
    if (!this.#receptions.delete(name)) return;
    this.#heard.delete(name);
    this.#streams.forget(actor, kind);
    this.#graph?.ears.take(name);
  }

  #handleReception({ actor, kind, receiver }: Reception): void {
    const name = nameOf(actor, kind);
    const { ears } = this.#graph ?? {};
    if (receiver) ears?.put(name, receiver.track);
    else if (kind === "mix" && this.#ears.peek()?.actor === actor) this.#returnFrom("does not come any more");
    else ears?.take(name);
    this.#showEars();
    this.#applyVolumes();
    this.#publish();
  }

  /** Somebody's mix that was heard, or waited for, ends by itself: mine is heard again, and it is said. */
  #returnFrom(what: string): void {
    const ears = this.#ears.peek();
    if (!ears) return;
    this.hear(null);
    this.#options.say(`${ears.name}'s mix ${what}: you hear your own sound.`);
  }

  /** The mix that was asked for is heard as soon as it flows. */
  #showEars(): void {
    const ears = this.#ears.peek();
    const graph = this.#graph?.ears;
    if (!ears || !graph) return;
    const name = nameOf(ears.actor, "mix");
    if (!graph.has(name)) return;
    const parts = this.#air.get(ears.actor)?.parts ?? null;
    graph.hear(name, parts);
    if (ears.state === "waiting" || ears.isParts !== (parts !== null))
      this.#ears.value = { ...ears, isParts: parts !== null, state: "heard" };
  }

  #handleTick(): void {
    this.#graph?.ears.tick();
    for (const heard of this.#heard.values()) void heard.read();
    const ears = this.#ears.peek();
    if (ears?.state === "waiting" && performance.now() - this.#earsSince > EARS_DEADLINE_MS)
      this.#returnFrom("does not come");
    this.#publish();
  }

  /** In somebody's ears their own input is heard once: in their mix, if that carries it. */
  #applyVolumes(): void {
    const ears = this.#ears.peek();
    for (const [actor, { input, mixHasInput }] of this.#air) {
      if (!input) continue;
      const { volume, muted } = this.#listening(actor, "input");
      const isInMix = ears?.actor === actor && ears.state === "heard" && mixHasInput;
      this.#graph?.ears.setVolume(nameOf(actor, "input"), muted || isInMix ? 0 : volume);
    }
  }

  #listening(actor: number, kind: AirKind): Listening {
    const name = nameOf(actor, kind);
    let listening = this.#settings.get(name);
    if (!listening) this.#settings.set(name, (listening = { volume: 1, muted: false, steady: false }));
    return listening;
  }

  #person(actor: number | null): { readonly name: string; readonly color: number } {
    const person = this.#options.people.peek().find((each) => each.actor === actor);
    return person ?? { name: "Somebody", color: 0 };
  }

  #publish(): void {
    const kinds = (air: Air): readonly AirKind[] => [
      ...(air.input ? (["input"] as const) : []),
      ...(air.mix ? (["mix"] as const) : []),
    ];
    this.#others.value = [...this.#air]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([actor, air]) =>
        kinds(air).map((kind) => {
          const { name, color } = this.#person(actor);
          const reception = this.#receptions.get(nameOf(actor, kind));
          return {
            actor,
            kind,
            name,
            color,
            isParts: kind === "mix" && air.parts !== undefined,
            flows: reception?.receiver !== null && reception !== undefined,
            ...this.#listening(actor, kind),
            arrival: reception?.arrival ?? NO_ARRIVAL,
            behind: this.#heard.get(nameOf(actor, kind))?.behind ?? null,
          };
        }),
      );
  }
}

const nameOf = (actor: number, kind: AirKind): string => `${actor}:${kind}`;
