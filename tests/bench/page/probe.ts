/**
 * What a first visitor sees and hears, noted in the page by means of the browser alone: when the grid
 * on screen was right, when the first button was pressed, and when the first sound left the speakers.
 */

export interface Probe {
  /** All are instants of `performance.now()`, ms since the navigation began; null until it happens. */
  gridAt: number | null;
  pressedAt: number | null;
  heardAt: number | null;
  /** Worklet modules asked for so far: requests that the page's network log does not show. */
  readonly modules: { readonly url: string; readonly at: number }[];
}

declare global {
  interface Window {
    probe?: Probe;
  }
}

/** Whether a cell is pressed, by its accessible name. */
export type ExpectedCells = Readonly<Record<string, boolean>>;

/** Runs in the page before its own scripts. */
export function installProbe(expected: ExpectedCells): void {
  const probe: Probe = { gridAt: null, pressedAt: null, heardAt: null, modules: [] };
  window.probe = probe;

  const isRight = (): boolean =>
    Object.entries(expected).every(
      ([label, pressed]) =>
        document.querySelector(`button[aria-label="${label}"]`)?.getAttribute("aria-pressed") ===
        String(pressed),
    );
  const observer = new MutationObserver(() => {
    if (!isRight()) return;
    observer.disconnect();
    // A task after the next frame's callbacks: the frame has been drawn.
    requestAnimationFrame(() =>
      setTimeout(() => {
        probe.gridAt = performance.now();
      }),
    );
  });
  observer.observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["aria-pressed", "aria-label"],
  });

  addEventListener(
    "click",
    (event) => {
      probe.pressedAt ??= event.timeStamp;
    },
    { capture: true },
  );

  /** -60 dB. */
  const AUDIBLE = 0.001;
  /** Long enough to hold the first sound however busy the main thread is (0.7 s). */
  const WINDOW = 32_768;
  const listen = (context: AudioContext, ear: AnalyserNode): void => {
    const samples = new Float32Array(WINDOW);
    const timer = setInterval(() => {
      ear.getFloatTimeDomainData(samples);
      const first = samples.findIndex((sample) => Math.abs(sample) > AUDIBLE);
      if (first < 0) return;
      clearInterval(timer);
      const rendered = context.currentTime - (WINDOW - first) / context.sampleRate;
      const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
      probe.heardAt ??= performanceTime + (rendered - contextTime) * 1_000;
    }, 10);
  };
  const ears = new Map<AudioContext, AnalyserNode>();
  const earOf = (context: AudioContext): AnalyserNode => {
    const known = ears.get(context);
    if (known) return known;
    const ear = new AnalyserNode(context, { fftSize: WINDOW });
    ears.set(context, ear);
    listen(context, ear);
    return ear;
  };
  // reason: it is called with the `this` of each call.
  // oxlint-disable-next-line typescript/unbound-method
  const { addModule } = AudioWorklet.prototype;
  AudioWorklet.prototype.addModule = function noted(this: AudioWorklet, url, options) {
    probe.modules.push({ url: new URL(url, location.href).href, at: performance.now() });
    return addModule.call(this, url, options);
  };

  // reason: it is called with the `this` of each call.
  // oxlint-disable-next-line typescript/unbound-method
  const connect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => unknown;
  AudioNode.prototype.connect = function heard(this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode && this.context instanceof AudioContext)
      connect.call(this, earOf(this.context));
    return connect.apply(this, args);
  } as typeof AudioNode.prototype.connect;
}

/** Runs in the page before its own scripts: it is then as one that no server has isolated. */
export function withoutIsolation(): void {
  Object.defineProperty(globalThis, "crossOriginIsolated", { value: false });
}
