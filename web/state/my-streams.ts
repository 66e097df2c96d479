/**
 * The sound that I send: my mix, all of it or some parts, and my input. It joins what leaves the graph
 * (`audio/sends.ts`) to the ways it travels (`net/streams`). A device that is gone and a leader's mute take my
 * input off the air, and that is said.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Air, AirKind } from "#shared/protocol/messages.ts";
import type { Sends } from "../audio/sends.ts";
import { MUSIC, type Quality } from "../net/streams/opus.ts";
import type { Streams } from "../net/streams/streams.ts";
import { MyInputs } from "./my-inputs.ts";
import { type Parts, partsOf, SentParts } from "./sent-parts.ts";
import type { MyAir, MyInput, MyStreamsView, Trial } from "./streams-view.ts";
import type { SessionView } from "./view.ts";

export interface MyStreamsOptions extends Pick<SessionView, "jam" | "lastChange"> {
  readonly streams: Pick<Streams, "setBitrate" | "setMixHasInput" | "setParts" | "start" | "stop">;
  /** Null while this page makes no sound. */
  readonly sends: () => Sends | null;
  readonly context: () => AudioContext | null;
  readonly say: (sentence: string) => void;
}

const OFF: MyAir = { mix: false, input: null, mixHasInput: false, parts: null, quality: MUSIC };

export class MyStreams implements MyStreamsView {
  readonly #options: MyStreamsOptions;
  readonly #inputs: MyInputs;
  readonly #sentParts: SentParts;
  readonly #air = signal<MyAir>(OFF);

  constructor(options: MyStreamsOptions) {
    this.#options = options;
    this.#inputs = new MyInputs({
      sends: options.sends,
      context: options.context,
      lost: (label) => this.#takeOff(`Your input ${label} is gone. You are off the air with it.`),
    });
    this.#sentParts = new SentParts({
      sound: (parts) => options.sends()?.setParts(parts),
      tell: (parts) => options.streams.setParts(parts && [...parts]),
      tracks: () => options.jam.tracks.peek(),
      wait: (ms, then) => {
        const timer = setTimeout(then, ms);
        return () => clearTimeout(timer);
      },
    });
  }

  get air(): ReadonlySignal<MyAir> {
    return this.#air;
  }
  get trial(): ReadonlySignal<Trial> {
    return this.#inputs.trial;
  }

  sendMix(on: boolean): void {
    const { streams } = this.#options;
    const sends = this.#options.sends();
    if (on === this.#air.peek().mix || (on && !sends)) return;
    this.#set({ mix: on });
    if (on && sends) streams.start("mix", sends.open("mix"), this.#air.peek().quality);
    else {
      streams.stop("mix");
      sends?.close("mix");
    }
  }

  setQuality(quality: Quality): void {
    const { streams } = this.#options;
    const sends = this.#options.sends();
    const { quality: before, mix, input } = this.#air.peek();
    this.#set({ quality });
    const sent = [...(mix ? (["mix"] as const) : []), ...(input ? (["input"] as const) : [])];
    for (const kind of sent) {
      // The length of packets is in the descriptions; the rate is not.
      if (before.ptime === quality.ptime) streams.setBitrate(kind, quality.bitrate);
      else if (sends) streams.start(kind, sends.open(kind), quality);
    }
  }

  setMixHasInput(mixHasInput: boolean): void {
    this.#set({ mixHasInput });
    this.#options.sends()?.setMixHasInput(mixHasInput);
    this.#options.streams.setMixHasInput(mixHasInput);
  }

  setParts(parts: Parts): void {
    this.#set({ parts });
    this.#sentParts.choose(parts, this.#air.peek().mix);
  }

  myParts(): number[] {
    const { jam, lastChange } = this.#options;
    return partsOf(
      jam.tracks.peek(),
      (track, step, pitch) => lastChange({ kind: "cell", track, step, pitch })?.by === null,
    );
  }

  tryInput(deviceId: string | null, headphones: boolean): Promise<void> {
    return this.#air.peek().input ? Promise.resolve() : this.#inputs.open(deviceId, headphones);
  }

  endTrial(): void {
    if (!this.#air.peek().input) this.#inputs.close();
  }

  goLive(talk: MyInput["talk"], monitor: boolean): void {
    const trial = this.#inputs.trial.peek();
    const sends = this.#options.sends();
    if (trial.kind !== "open" || !sends || this.#air.peek().input) return;
    const { headphones, device } = trial;
    const input = { label: device.label, headphones, talk, isOpen: talk === "always", monitor: false };
    this.#set({ input });
    this.#options.streams.start("input", sends.open("input"), this.#air.peek().quality);
    sends.setGate(input.isOpen);
    this.setMonitor(monitor);
  }

  stopInput(): void {
    if (this.#air.peek().input) {
      this.#set({ input: null });
      this.#options.streams.stop("input");
      this.#options.sends()?.close("input");
    }
    this.#inputs.close();
  }

  setTalking(isOpen: boolean): void {
    const { input } = this.#air.peek();
    if (!input) return;
    this.#options.sends()?.setGate(isOpen);
    this.#set({ input: { ...input, isOpen } });
  }

  setMonitor(on: boolean): void {
    const { input } = this.#air.peek();
    if (!input) return;
    // On speakers it would come back into the microphone.
    const monitor = on && input.headphones;
    this.#options.sends()?.setMonitor(monitor);
    this.#set({ input: { ...input, monitor } });
  }

  level(of: AirKind | "source"): number {
    return this.#options.sends()?.level(of) ?? 0;
  }

  /** The sound begins, with a graph that knows nothing of what was chosen. */
  begin(sends: Pick<Sends, "setMixHasInput" | "setParts">): void {
    const { mixHasInput, parts } = this.#air.peek();
    sends.setMixHasInput(mixHasInput);
    sends.setParts(parts);
  }

  /** The sound ends, and what was sent of it. */
  end(): void {
    this.sendMix(false);
    this.stopInput();
  }

  /** What the room says that I send. */
  handleAir(air: Air | null): void {
    if (this.#air.peek().input && air?.input === false)
      this.#takeOff("A leader has muted your input. You can go live again.");
  }

  #set(air: Partial<MyAir>): void {
    this.#air.value = { ...this.#air.peek(), ...air };
  }

  #takeOff(why: string): void {
    this.#options.say(why);
    this.stopInput();
  }
}
