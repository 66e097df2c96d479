/**
 * Sound from and to others: what I send, what I hear of whom, and my part in the programme, over one set of ways
 * (`net/streams`) and one graph. The graph is another with each start of the sound.
 */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { LocalClock } from "#shared/ports.ts";
import type { Air } from "#shared/protocol/messages.ts";
import { Ears } from "../audio/ears.ts";
import type { Mixer } from "../audio/mixer.ts";
import type { Player } from "../audio/player.ts";
import { Sends } from "../audio/sends.ts";
import type { Connection } from "../net/connection.ts";
import { Streams } from "../net/streams/streams.ts";
import { HeardStream } from "./behind.ts";
import { Broadcast, type Programme } from "./broadcast.ts";
import { MyStreams } from "./my-streams.ts";
import { OthersStreams } from "./others-streams.ts";
import type { StreamsView } from "./streams-view.ts";
import type { SessionView } from "./view.ts";

/** What of a session the screen does not see. */
export interface StreamsParts {
  readonly connection: Connection;
  readonly clock: LocalClock;
  readonly player: Pick<Player, "inspect" | "rig" | "status">;
  readonly say: (sentence: string) => void;
}

type Options = StreamsParts & Pick<SessionView, "people" | "jam" | "lastChange">;

interface Graph {
  /** The rig it belongs to: another start of the sound is another graph. */
  readonly rig: object;
  readonly sends: Sends;
  readonly ears: Ears;
}

/** Puts it where what is fetched late has room for it, once. */
export function startStreams(session: SessionView): void {
  const { people, jam } = session;
  const { streams } = session.late.peek() ?? {};
  const parts = streams?.live.peek() ? null : streams?.parts();
  const lastChange: SessionView["lastChange"] = (spot) => session.lastChange(spot);
  if (streams && parts) streams.live.value = new LiveStreams({ ...parts, people, jam, lastChange });
}

export class LiveStreams implements StreamsView {
  readonly #options: Options;
  readonly #broadcast: Broadcast;
  readonly mine: MyStreams;
  readonly others: OthersStreams;
  #graph: Graph | null = null;

  constructor(options: Options) {
    this.#options = options;
    const { connection, clock, player } = options;
    const streams = new Streams({
      connection,
      random: Math.random,
      handleAir: (actor, air) => this.#handleAir(actor, air),
      handleReception: (reception) => this.others.handleReception(reception),
      handleTick: () => this.others.handleTick(),
    });
    const sends = (): Sends | null => this.#graph?.sends ?? null;
    this.mine = new MyStreams({ ...options, streams, sends, context: () => player.rig?.context ?? null });
    this.others = new OthersStreams({
      ...options,
      streams,
      graph: () => this.#graph?.ears ?? null,
      follow: (reception) => new HeardStream({ connection, clock, rig: () => player.rig }, reception),
      now: () => performance.now(),
    });
    this.#broadcast = new Broadcast({
      ...options,
      streams,
      sends,
      isSmall: () => matchMedia("(pointer: coarse)").matches,
    });
    for (const [actor, air] of connection.air) this.#handleAir(actor, air);
    effect(() => {
      // Another start of the sound is another graph.
      void player.status.value;
      this.#takeGraph();
    });
    effect(() => {
      void options.people.value;
      this.others.publish();
    });
  }

  get programme(): ReadonlySignal<Programme | null> {
    return this.#broadcast.programme;
  }

  #handleAir(actor: number, air: Air | null): void {
    if (actor === this.#options.connection.welcome?.actor) this.mine.handleAir(air);
    else this.others.handleAir(actor, air);
  }

  /** The sound was started anew: what was sent ends, what is heard goes on in the new graph. */
  #takeGraph(): void {
    const { rig } = this.#options.player;
    if (rig === (this.#graph?.rig ?? null)) return;
    if (this.#graph) {
      this.mine.end();
      this.others.hear(null);
      this.#broadcast.stop();
      this.#graph.sends.end();
      this.#graph.ears.end();
    }
    this.#graph = rig && graphOf(rig);
    if (!this.#graph) return;
    this.mine.begin(this.#graph.sends);
    this.#broadcast.turn();
    this.others.begin();
  }
}

function graphOf(rig: NonNullable<Player["rig"]>): Graph {
  const { context, mixer } = rig;
  const setElsewhere: Mixer["setElsewhere"] = (tracks, at) => mixer.setElsewhere(tracks, at);
  return {
    rig,
    sends: new Sends({ context, mixer, monitor: mixer.ears.entry }),
    ears: new Ears({ context, ...mixer.ears, setElsewhere }),
  };
}
