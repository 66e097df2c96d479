/**
 * The sound of the others: who sends what, which of it is heard here and how loud, and in whose ears I am. It
 * joins the ways it comes by (`net/streams`) to the graph (`audio/ears.ts`). A mix that ends while I hear it, or
 * does not come, gives way to my own, and that is said.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Air, AirKind } from "#shared/protocol/messages.ts";
import type { Ears as EarsGraph } from "../audio/ears.ts";
import { NO_ARRIVAL } from "../net/streams/arrival.ts";
import type { Reception } from "../net/streams/reception.ts";
import type { Streams } from "../net/streams/streams.ts";
import type { HeardStream } from "./behind.ts";
import type { Ears, OthersStreamsView, OtherStream } from "./streams-view.ts";
import type { SessionView } from "./view.ts";

export interface OthersStreamsOptions extends Pick<SessionView, "people"> {
  readonly streams: Pick<Streams, "forget" | "listen">;
  /** Null while this page makes no sound. */
  readonly graph: () => Pick<
    EarsGraph,
    "has" | "hear" | "level" | "put" | "setVolume" | "take" | "tick"
  > | null;
  /** Tells how late a stream is heard. */
  readonly follow: (reception: Reception) => Followed;
  readonly say: (sentence: string) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

type Followed = Pick<HeardStream, "behind" | "read">;

interface Listening {
  volume: number;
  muted: boolean;
  steady: boolean;
}

/** For somebody's mix to flow, once it was asked for. ms */
export const EARS_DEADLINE_MS = 10_000;

export class OthersStreams implements OthersStreamsView {
  readonly #options: OthersStreamsOptions;
  readonly #list = signal<readonly OtherStream[]>([]);
  readonly #ears = signal<Ears | null>(null);
  readonly #air = new Map<number, Air>();
  readonly #receptions = new Map<string, Reception>();
  readonly #heard = new Map<string, Followed>();
  /** What I have set, for as long as the page is open. */
  readonly #settings = new Map<string, Listening>();
  #earsSince = 0;

  constructor(options: OthersStreamsOptions) {
    this.#options = options;
  }

  get list(): ReadonlySignal<readonly OtherStream[]> {
    return this.#list;
  }
  get ears(): ReadonlySignal<Ears | null> {
    return this.#ears;
  }

  level(actor: number, kind: AirKind): number {
    return this.#options.graph()?.level(nameOf(actor, kind)) ?? 0;
  }

  setHeard(actor: number, heard: { volume?: number; muted?: boolean }): void {
    Object.assign(this.#listening(actor, "input"), heard);
    this.#applyVolumes();
    this.publish();
  }

  setSteady(actor: number, kind: AirKind, steady: boolean): void {
    this.#listening(actor, kind).steady = steady;
    this.#receptions.get(nameOf(actor, kind))?.setSteady(steady);
    this.publish();
  }

  hear(actor: number | null): void {
    const before = this.#ears.peek();
    if ((before?.actor ?? null) === actor) return;
    if (actor !== null && this.#air.get(actor)?.mix !== true) return;
    this.#ears.value = actor === null ? null : this.#waitingFor(actor);
    this.#earsSince = this.#options.now();
    if (actor !== null) {
      this.#listen(actor, "mix");
      // It may flow already.
      this.#showEars();
    } else this.#options.graph()?.hear(null);
    if (before) this.#forget(before.actor, "mix");
    this.#applyVolumes();
    this.publish();
  }

  /** The sound begins, with a graph that has nothing of them yet. */
  begin(): void {
    for (const reception of this.#receptions.values()) this.handleReception(reception);
  }

  handleAir(actor: number, air: Air | null): void {
    if (air?.input || air?.mix) this.#air.set(actor, air);
    else this.#air.delete(actor);
    if (air?.input) this.#listen(actor, "input");
    else this.#forget(actor, "input");
    if (this.#ears.peek()?.actor === actor) {
      if (air?.mix) this.#showEars();
      else this.#returnFrom("has stopped");
    }
    this.#applyVolumes();
    this.publish();
  }

  handleReception({ actor, kind, receiver }: Reception): void {
    const name = nameOf(actor, kind);
    const graph = this.#options.graph();
    if (receiver) graph?.put(name, receiver.track);
    else if (kind === "mix" && this.#ears.peek()?.actor === actor) this.#returnFrom("does not come any more");
    else graph?.take(name);
    this.#showEars();
    this.#applyVolumes();
    this.publish();
  }

  handleTick(): void {
    this.#options.graph()?.tick();
    for (const heard of this.#heard.values()) void heard.read();
    const isOverdue = this.#options.now() - this.#earsSince > EARS_DEADLINE_MS;
    if (this.#ears.peek()?.state === "waiting" && isOverdue) this.#returnFrom("does not come");
    this.publish();
  }

  /** Makes the list anew; also called when names and colours may have changed. */
  publish(): void {
    this.#list.value = [...this.#air]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([actor, air]) =>
        (["input", "mix"] as const).filter((kind) => air[kind]).map((kind) => this.#shown(actor, kind, air)),
      );
  }

  #shown(actor: number, kind: AirKind, air: Air): OtherStream {
    const reception = this.#receptions.get(nameOf(actor, kind));
    return {
      actor,
      kind,
      ...this.#nameAndColor(actor),
      isParts: kind === "mix" && air.parts !== undefined,
      flows: reception !== undefined && reception.receiver !== null,
      ...this.#listening(actor, kind),
      arrival: reception?.arrival ?? NO_ARRIVAL,
      behind: this.#heard.get(nameOf(actor, kind))?.behind ?? null,
    };
  }

  #waitingFor(actor: number): Ears {
    const isParts = this.#air.get(actor)?.parts !== undefined;
    return { actor, ...this.#nameAndColor(actor), isParts, state: "waiting" };
  }

  #listen(actor: number, kind: AirKind): void {
    const { follow, streams } = this.#options;
    const reception = streams.listen(actor, kind);
    reception.setSteady(this.#listening(actor, kind).steady);
    if (this.#receptions.get(nameOf(actor, kind)) === reception) return;
    this.#receptions.set(nameOf(actor, kind), reception);
    this.#heard.set(nameOf(actor, kind), follow(reception));
  }

  #forget(actor: number, kind: AirKind): void {
    const name = nameOf(actor, kind);
    if (!this.#receptions.delete(name)) return;
    this.#heard.delete(name);
    this.#options.streams.forget(actor, kind);
    this.#options.graph()?.take(name);
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
    const graph = this.#options.graph();
    if (!ears || !graph) return;
    const name = nameOf(ears.actor, "mix");
    if (!graph.has(name)) return;
    const parts = this.#air.get(ears.actor)?.parts ?? null;
    graph.hear(name, parts);
    if (ears.state === "waiting" || ears.isParts !== (parts !== null))
      this.#ears.value = { ...ears, isParts: parts !== null, state: "heard" };
  }

  /** In somebody's ears their own input is heard once: in their mix, if that carries it. */
  #applyVolumes(): void {
    const ears = this.#ears.peek();
    for (const [actor, { input, mixHasInput }] of this.#air) {
      if (!input) continue;
      const { volume, muted } = this.#listening(actor, "input");
      const isInMix = ears?.actor === actor && ears.state === "heard" && mixHasInput;
      this.#options.graph()?.setVolume(nameOf(actor, "input"), muted || isInMix ? 0 : volume);
    }
  }

  #listening(actor: number, kind: AirKind): Listening {
    const name = nameOf(actor, kind);
    let listening = this.#settings.get(name);
    if (!listening) this.#settings.set(name, (listening = { volume: 1, muted: false, steady: false }));
    return listening;
  }

  #nameAndColor(actor: number): { readonly name: string; readonly color: number } {
    const person = this.#options.people.peek().find((each) => each.actor === actor);
    return { name: person?.name ?? "Somebody", color: person?.color ?? 0 };
  }
}

const nameOf = (actor: number, kind: AirKind): string => `${actor}:${kind}`;
