/**
 * SuperSonic behind an interface of our own: an engine that has 16 stereo outputs, loads synths by
 * name, hands out one channel for timed messages and takes messages for at once. Nothing else of
 * `web` knows which engine it is.
 */
import type { OscArg, OscChannel, OscChannelTransferable, SuperSonic } from "supersonic-scsynth";
import type { OscMessage } from "./release-plan.ts";
import { withOffsetOut } from "./synthdef.ts";

/** The most the engine has; in stereo pairs: 14 tracks, returns, click and audition. */
export const ENGINE_CHANNELS = 32;
export const ENGINE_BLOCK = 128;
/** Voices that ring out by themselves, voices that are held, what only I hear, and what somebody plays live. */
export const GROUPS = { struck: 100, held: 101, mine: 102, live: 103 } as const;

export type EngineMode = "sab" | "postMessage";

export interface EngineOptions {
  readonly context: AudioContext;
  readonly mode: EngineMode;
  /** Where SuperSonic's files are, with a slash at the end. */
  readonly base: string;
}

/** A channel for timed messages, to be opened in a Worker, once. */
export interface EngineChannel {
  readonly channel: OscChannelTransferable;
  readonly transfer: Transferable[];
  /** Tag = context time + this, for a sound that starts on the very sample. */
  readonly zero: number;
}

/** Starts fetching the engine's code; the files of the engine itself are fetched by `start`. */
export const loadClient = (): Promise<typeof import("supersonic-scsynth")> => import("supersonic-scsynth");

type Osc = (typeof SuperSonic)["osc"];

export class Engine {
  readonly #sonic: SuperSonic;
  readonly #channel: OscChannel;
  readonly #osc: Osc;
  readonly #context: AudioContext;
  readonly #base: string;
  readonly #synths = new Map<string, Promise<void>>();
  #closed = false;

  private constructor(sonic: SuperSonic, osc: Osc, options: EngineOptions) {
    this.#sonic = sonic;
    this.#channel = sonic.createOscChannel();
    this.#osc = osc;
    this.#context = options.context;
    this.#base = options.base;
  }

  /** Needs a running context: on a suspended one it waits for ever. */
  static async start(options: EngineOptions): Promise<Engine> {
    const { SuperSonic, osc } = await loadClient();
    const sonic = new SuperSonic({
      mode: options.mode,
      audioContext: options.context,
      autoConnect: false,
      coreBaseURL: `${options.base}core/`,
      workerBaseURL: `${options.base}workers/`,
      synthdefBaseURL: `${options.base}synthdefs/`,
      scsynthOptions: { numOutputBusChannels: ENGINE_CHANNELS },
    });
    await sonic.init();
    const engine = new Engine(sonic, osc, options);
    for (const group of Object.values(GROUPS)) engine.send(["/g_new", group, 1, 0]);
    return engine;
  }

  /** All outputs in one node of `ENGINE_CHANNELS` channels. */
  get output(): AudioNode {
    // Its declared type is a subset without `connect(AudioNode)`.
    return this.#sonic.node as unknown as AudioNode;
  }

  /** Notes that reached the engine after their time. */
  get late(): number {
    return this.#sonic.getMetrics().scsynthSchedulerLates;
  }

  /** Idempotent; a failed load is tried anew the next time. */
  loadSynth(name: string): Promise<void> {
    const known = this.#synths.get(name);
    if (known) return known;
    const loading = this.#load(name).catch((error: unknown) => {
      this.#synths.delete(name);
      throw error;
    });
    this.#synths.set(name, loading);
    return loading;
  }

  async #load(name: string): Promise<void> {
    const bytes = await fetchSynth(this.#base, name);
    this.#send("/d_recv", [withOffsetOut(bytes)]);
  }

  openChannel(): EngineChannel {
    const channel = this.#sonic.createOscChannel();
    return {
      channel: channel.transferable,
      transfer: channel.transferList,
      zero: this.#zero,
    };
  }

  /** This version starts a bundle one block after its tag. */
  get #zero(): number {
    return this.#sonic.initTime - ENGINE_BLOCK / this.#context.sampleRate;
  }

  /** At once: with the next block the engine renders. */
  send(message: OscMessage): void {
    const [address, ...args] = message;
    this.#send(address, args);
  }

  /** From a context time on; what comes late counts at once. */
  sendAt(contextTime: number, message: OscMessage): void {
    const [address, ...args] = message;
    const bundle = this.#osc.encodeSingleBundle(contextTime + this.#zero, address, args);
    if (!this.#closed) this.#channel.sendToPrescheduler(bundle);
  }

  /**
   * By way of the engine's own Worker, which waits for its turn at the ring. What this thread would write
   * into it directly is lost when another thread is just writing: 0.59.0 then hands it on as a message
   * that nobody reads.
   */
  #send(address: string, args: OscArg[]): void {
    if (!this.#closed) this.#channel.sendToPrescheduler(this.#osc.encodeMessage(address, args));
  }

  /** Forgets every timed message that has not sounded, also those in flight. */
  async purge(): Promise<void> {
    if (!this.#closed) await this.#sonic.purge();
  }

  /** Closes the AudioContext too: the engine takes it along. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel.close();
    await this.#sonic.destroy();
  }
}

const fetched = new Map<string, Promise<Uint8Array>>();

/** A synth definition's bytes; fetched once a page, so that it can begin before the engine runs. */
export function fetchSynth(base: string, name: string): Promise<Uint8Array> {
  const url = `${base}synthdefs/${name}.scsyndef`;
  const known = fetched.get(url);
  if (known) return known;
  const loading = fetch(url).then(async (response) => {
    if (!response.ok) throw new Error(`synth definition ${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
  loading.catch(() => fetched.delete(url));
  fetched.set(url, loading);
  return loading;
}
