/**
 * Sound between people, of one connection: what I send and what I hear of the others, by the way that the
 * room's rung gives. Who sends is told by the server (`air`); everything else goes between browser and browser,
 * or browser and SFU. Fetched once there is sound.
 */
import type { Air, AirKind } from "#shared/protocol/messages.ts";
import type { Connection } from "../connection.ts";
import type { RoomMessage } from "../signaling-socket.ts";
import { WakeTimer } from "../wake-timer.ts";
import { meshWay, type MeshWay } from "./mesh-way.ts";
import type { Quality } from "./opus.ts";
import { Outgoing } from "./outgoing.ts";
import { Reception, type Way } from "./reception.ts";
import { SfuWay } from "./sfu-way.ts";
import { parseStreamSignal } from "./stream-signal.ts";

export interface StreamsOptions {
  readonly connection: Connection;
  readonly random: () => number;
  /** Who sends what is another now (what was told before is in `connection.air`); also of oneself, when a leader has muted one's input. */
  readonly handleAir: (actor: number, air: Air | null) => void;
  /** A stream that was asked for flows, has stalled, or comes by another receiver. */
  readonly handleReception: (reception: Reception) => void;
  /** After each look at what arrives. */
  readonly handleTick: () => void;
}

const SILENT: Air = { input: false, mix: false, mixHasInput: false };
/** After a welcome the others have said again what they send, if they still do: also when the server has restarted. ms */
const SAID_AGAIN_MS = 5_000;
/** Between two looks at what arrives; the timer's is a Worker's, since a hidden tab is heard too. Seconds. */
const TICK = 0.2;

export class Streams {
  readonly #options: StreamsOptions;
  readonly #outgoing: Outgoing;
  readonly #receptions = new Map<string, Reception>();
  readonly #mesh: MeshWay;
  #sfu: SfuWay | null = null;
  readonly #timer: WakeTimer;
  readonly #unsubscribe: readonly (() => void)[];
  #air: Air = SILENT;
  /** Of whom it was told that they send. */
  readonly #told = new Set<number>();
  #asking: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    const { connection } = options;
    this.#outgoing = new Outgoing(connection);
    this.#mesh = meshWay(connection, options.random);
    this.#timer = new WakeTimer(() => void this.#tick());
    for (const actor of connection.air.keys()) this.#told.add(actor);
    this.#unsubscribe = [
      connection.on("message", (message) => this.#handleMessage(message)),
      connection.on("rungs", () => this.#turn()),
      connection.on("welcome", () => this.#handleWelcome()),
    ];
  }

  /** How many streams I send myself; null while the SFU multiplies them. */
  get hearers(): number | null {
    return this.#outgoing.hearers;
  }

  /** Sends a track until `stop`; the server tells the others, but of the programme, which it has asked for. */
  start(kind: AirKind, track: MediaStreamTrack, quality: Quality): void {
    this.#outgoing.start(kind, track, quality);
    if (kind !== "programme") this.#say({ ...this.#air, [kind]: true });
  }

  stop(kind: AirKind): void {
    if (kind !== "programme") this.#say({ ...this.#air, [kind]: false });
    this.#outgoing.stop(kind);
  }

  setBitrate(kind: AirKind, bitrate: Quality["bitrate"]): void {
    this.#outgoing.setBitrate(kind, bitrate);
  }

  /** Whether the mix that I send carries my input too. */
  setMixHasInput(has: boolean): void {
    this.#say({ ...this.#air, mixHasInput: has });
  }

  /** From now on this stream is asked for. The same one each time. */
  listen(actor: number, kind: AirKind): Reception {
    const key = `${actor}:${kind}`;
    let reception = this.#receptions.get(key);
    if (!reception) {
      reception = new Reception(actor, kind, () => this.#tell(key));
      this.#receptions.set(key, reception);
      void this.#tick();
    }
    return reception;
  }

  /** It is of no interest any more; nothing is told of it afterwards. */
  forget(actor: number, kind: AirKind): void {
    const key = `${actor}:${kind}`;
    this.#receptions.get(key)?.close();
    this.#receptions.delete(key);
  }

  /** Everything ends, and the others are told. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#say(SILENT);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#asking);
    this.#timer.close();
    this.#outgoing.close();
    for (const reception of this.#receptions.values()) reception.close();
    this.#receptions.clear();
  }

  #tell(key: string): void {
    const reception = this.#receptions.get(key);
    if (reception && !this.#closed) this.#options.handleReception(reception);
  }

  #tellAir(actor: number, air: Air | null): void {
    if (air) this.#told.add(actor);
    else this.#told.delete(actor);
    this.#options.handleAir(actor, air);
  }

  #say(air: Air): void {
    const mixHasInput = air.mixHasInput && air.mix && air.input;
    const isNews = (Object.keys(SILENT) as (keyof Air)[]).some((field) => air[field] !== this.#air[field]);
    this.#air = air;
    if (isNews) this.#options.connection.sound.socket.send({ type: "air", ...air, mixHasInput });
  }

  /** The server has forgotten what we send, and whom we heard may have gone. */
  #handleWelcome(): void {
    const { connection } = this.#options;
    if (this.#air.input || this.#air.mix) connection.sound.socket.send({ type: "air", ...this.#air });
    clearTimeout(this.#asking);
    this.#asking = setTimeout(() => {
      for (const actor of this.#told) if (!connection.air.has(actor)) this.#tellAir(actor, null);
    }, SAID_AGAIN_MS);
    this.#turn();
  }

  #handleMessage(message: RoomMessage): void {
    if (message.type === "air") {
      const { from, input, mix, mixHasInput } = message;
      if (from !== this.#options.connection.welcome?.actor)
        return this.#tellAir(from, { input, mix, mixHasInput });
      this.#air = { ...this.#air, input };
      this.#options.handleAir(from, { input, mix, mixHasInput });
    } else if (message.type === "left") {
      this.#outgoing.handleLeft(message.actor);
      this.#tellAir(message.actor, null);
    } else if (message.type === "topology") this.#turn();
    else if (message.type === "signal") {
      const heard = parseStreamSignal(message.data);
      if (!heard || this.#outgoing.handleSignal(message.from, heard.kind, heard.signal)) return;
      this.#mesh.handleSignal(message.from, heard.kind, heard.signal);
    }
  }

  #turn(): void {
    this.#outgoing.turn();
    void this.#tick();
  }

  #way(): Way | null {
    const { connection } = this.#options;
    const { rung, session } = connection.sound.way ?? { rung: "relay", session: null };
    if (rung === "mesh") return connection.online ? this.#mesh : null;
    if (rung !== "sfu" || !session) return null;
    if (this.#sfu?.session !== session) this.#sfu = new SfuWay(session, connection.sound.request);
    return this.#sfu;
  }

  async #tick(): Promise<void> {
    const way = this.#way();
    const now = performance.now();
    await Promise.all([...this.#receptions.values()].map((reception) => reception.tick(way, now)));
    if (this.#closed) return;
    this.#options.handleTick();
    if (this.#receptions.size > 0) this.#timer.set(TICK);
  }
}
