/**
 * Everything that sounds, once it is ready: context, engine, mixer, tap and release Worker, made in
 * order and ended together. When it is to sound, and what, is the player's affair.
 */
import type { LocalClock } from "#shared/ports.ts";
import { addWorklet } from "../platform.ts";
import { AudioClock } from "./audio-clock.ts";
import { Engine, type EngineMode } from "./engine.ts";
import { LIMITER_LATENCY } from "./limiter.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import limiterUrl from "./limiter-worklet.ts?worker&url";
import { Mixer } from "./mixer.ts";
import { Releaser, type ReleaserEvents } from "./releaser.ts";
// reason: the build gives the module its address as default export.
// oxlint-disable-next-line import/default
import tapUrl from "./tap-worklet.ts?worker&url";

export interface Rig {
  readonly context: AudioContext;
  readonly engine: Engine;
  readonly mixer: Mixer;
  readonly releaser: Releaser;
  readonly clock: AudioClock;
  close(): void;
}

/** What getting ready waits for: leave to sound, which a press gives, and then its parts. */
export type SoundWait = "press" | "engine" | "mixer" | "instruments";

export interface RigOptions {
  readonly context: AudioContext;
  readonly clock: LocalClock;
  readonly mode: EngineMode;
  readonly base: string;
  readonly events: ReleaserEvents;
  /** `progress` from 0 to 1. */
  readonly onProgress: (progress: number, waitsFor: SoundWait) => void;
}

/** How long a part may take before the start counts as failed, in ms. A slow line may need most of it. */
const DEADLINE_MS = 60_000;
const READ_EVERY_MS = 250;

/** The context must have been asked to resume; waits until it runs. On failure the context is closed. */
export async function buildRig(options: RigOptions): Promise<Rig> {
  const { context, onProgress } = options;
  const clock = new AudioClock(context, options.clock);
  // The map of the device settles while the engine loads.
  const reading = setInterval(() => {
    if (context.state === "running") clock.read();
  }, READ_EVERY_MS);
  let releaser: Releaser | null = null;
  try {
    const worklets = Promise.all([addWorklet(context, limiterUrl), addWorklet(context, tapUrl)]);
    // Awaited below; without this a failure meanwhile would count as unhandled.
    worklets.catch(() => {});
    onProgress(0.05, "press");
    await running(context);
    onProgress(0.15, "engine");
    const engine = await withDeadline(Engine.start(options), "the sound engine");
    onProgress(0.75, "mixer");
    await withDeadline(worklets, "the mixer");
    const mixer = new Mixer(context, engine.output);
    releaser = new Releaser(options.events);
    releaser.open(engine.openChannel(), LIMITER_LATENCY / context.sampleRate);
    const parts = { context, engine, mixer, releaser, clock };
    clock.read();
    return {
      ...parts,
      close: () => {
        parts.releaser.close();
        void engine.close();
      },
    };
  } catch (error) {
    releaser?.close();
    if (context.state !== "closed") void context.close();
    throw error;
  } finally {
    clearInterval(reading);
  }
}

/** Resolves when the context runs, however long the browser asks for another gesture; rejects when it is closed. */
function running(context: AudioContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (context.state === "running") resolve();
      else if (context.state === "closed") reject(new Error("closed"));
      else return;
      context.removeEventListener("statechange", look);
    };
    context.addEventListener("statechange", look);
    look();
  });
}

function withDeadline<T>(work: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} did not come within a minute`)), DEADLINE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
