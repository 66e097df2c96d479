/** My microphone or line: opened for the dialogue, each visit anew; it is my input until it is closed or lost. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Sends } from "../audio/sends.ts";
import { audioInputs, InputError, openInput } from "../platform-input.ts";
import type { Trial } from "./streams-view.ts";

export interface MyInputsOptions {
  readonly sends: () => Sends | null;
  readonly context: () => AudioContext | null;
  /** The device has gone, by its name. */
  readonly lost: (label: string) => void;
}

const CLOSED: Trial = { kind: "closed" };

export class MyInputs {
  readonly #options: MyInputsOptions;
  readonly #trial = signal<Trial>(CLOSED);
  #track: MediaStreamTrack | null = null;
  /** Which attempt is the newest: an older one that comes late is closed again. */
  #attempt = 0;

  constructor(options: MyInputsOptions) {
    this.#options = options;
  }

  get trial(): ReadonlySignal<Trial> {
    return this.#trial;
  }

  async open(deviceId: string | null, headphones: boolean): Promise<void> {
    this.close();
    const attempt = this.#attempt;
    this.#trial.value = { kind: "opening" };
    try {
      const { track, ...device } = await openInput(deviceId, headphones);
      const devices = await audioInputs();
      const [sends, context] = [this.#options.sends(), this.#options.context()];
      if (attempt !== this.#attempt || !sends || !context) {
        track.stop();
        if (attempt === this.#attempt) this.#trial.value = CLOSED;
        return;
      }
      this.#track = track;
      track.addEventListener("ended", () => {
        if (this.#track === track) this.#options.lost(device.label);
      });
      const mediaStream = new MediaStream([track]);
      sends.setInput(new MediaStreamAudioSourceNode(context, { mediaStream }));
      this.#trial.value = { kind: "open", device, channels: device.channels, devices, headphones };
    } catch (error) {
      if (attempt === this.#attempt)
        this.#trial.value = { kind: "refused", problem: InputError.from(error).code };
    }
  }

  /** Idempotent. */
  close(): void {
    this.#attempt += 1;
    const track = this.#track;
    this.#track = null;
    track?.stop();
    if (track) this.#options.sends()?.setInput(null);
    this.#trial.value = CLOSED;
  }
}
