/**
 * The programme as the browser plays it: an `<audio>` element a section, all of them begun by one gesture, and no
 * AudioContext anywhere, so that a locked phone plays on. It says how that stands and is told how loud each is.
 */
import { hardGainOf } from "./programme-fade.ts";

export type ElementsState =
  | "off"
  | "on"
  /** The browser has refused to play, or the system has stopped it: a press helps. */
  | "interrupted";

export class ProgrammeElements {
  readonly #elements: readonly HTMLAudioElement[];
  #tracks: readonly MediaStreamTrack[] = [];
  readonly #changed: () => void;
  /** Phones of Apple's keep volumes to themselves. */
  readonly #canFade: boolean;
  #state: ElementsState = "off";

  /** `changed`: the state is another. */
  constructor(count: number, changed: () => void) {
    this.#changed = changed;
    this.#elements = Array.from({ length: count }, () => {
      const element = document.createElement("audio");
      element.setAttribute("playsinline", "");
      element.hidden = true;
      // Whatever stops it that is not this page, and is not over when that is told.
      element.addEventListener("pause", () => {
        if (this.#state === "on" && element.paused) this.#set("interrupted");
      });
      document.body.append(element);
      return element;
    });
    const [probe] = this.#elements;
    if (probe) probe.volume = 0.5;
    this.#canFade = probe?.volume === 0.5;
    if (probe) probe.volume = 1;
  }

  get state(): ElementsState {
    return this.#state;
  }

  /** What the sections play: their tracks stay the same for as long as the connection does. */
  setReceivers(receivers: readonly RTCRtpReceiver[]): void {
    this.#tracks = receivers.map(({ track }) => track);
    if (this.#state !== "off") this.#fit();
  }

  /** To be called in the handler of a gesture. */
  start(): void {
    this.#set("on");
    this.#fit();
    for (const element of this.#elements) if (element.paused) this.#play(element);
  }

  stop(): void {
    this.#set("off");
    for (const element of this.#elements) element.pause();
  }

  /** Of one section, 0 to 1. */
  setGain(index: number, gain: number): void {
    const element = this.#elements[index];
    if (!element) return;
    if (this.#canFade) {
      if (Math.abs(element.volume - gain) > 0.001) element.volume = gain;
      return;
    }
    const isMuted = hardGainOf(gain) === 0;
    if (element.muted !== isMuted) element.muted = isMuted;
  }

  /** The page is seen again, or its output is another: what the system has stopped goes on where it may. */
  resume(): void {
    if (this.#state === "off") return;
    for (const element of this.#elements) if (element.paused) this.#play(element);
  }

  /** Not before the gesture: an element that has a stream and no sound holds up the page's own loading. */
  #fit(): void {
    for (const [index, element] of this.#elements.entries()) {
      const track = this.#tracks[index] ?? null;
      const before = (element.srcObject as MediaStream | null)?.getTracks()[0] ?? null;
      if (element.srcObject !== null && track === before) continue;
      // Another stream, since an element does not always follow what is put into the one it has.
      element.srcObject = new MediaStream(track ? [track] : []);
      if (this.#state !== "off") this.#play(element);
    }
  }

  #play(element: HTMLAudioElement): void {
    element.play().then(
      () => {
        if (this.#state === "interrupted" && this.#elements.every(({ paused }) => !paused)) this.#set("on");
      },
      (error: unknown) => {
        // Another stream has taken the place of the one that was to play: its own play() counts.
        if (error instanceof DOMException && error.name === "AbortError") return;
        if (this.#state !== "off") this.#set("interrupted");
      },
    );
  }

  #set(state: ElementsState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#changed();
  }
}
