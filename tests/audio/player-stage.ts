/** A player on a stage of its own, for tests in a real browser: made, listened to and taken down again. */
import { afterEach, beforeEach, expect } from "vitest";
import type { Jam } from "#shared/music/model.ts";
import type { LocalClock } from "#shared/ports.ts";
import { straight } from "#shared/time/course.ts";
import { IDENTITY, type Line } from "#shared/time/line.ts";
import { onsets } from "../e2e/onsets.ts";
import { createLocalClock } from "../../web/local-clock.ts";
import { steady } from "../../web/audio/fixtures.ts";
import { Player, type TapRecording } from "../../web/audio/player.ts";
import { tap } from "../../web/audio/tap.ts";

/** The page's true clock. */
export const clock = createLocalClock();
/** Every AudioContext made since the test began. */
export const contexts: AudioContext[] = [];
const players: Player[] = [];
/** What feeds the speakers. */
const outlets: AudioNode[] = [];
const RealContext = globalThis.AudioContext;
// reason: it is called with the `this` of each call.
// oxlint-disable-next-line typescript/unbound-method
const realConnect = AudioNode.prototype.connect as (this: AudioNode, ...args: unknown[]) => unknown;

beforeEach(() => {
  globalThis.AudioContext = class extends RealContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  AudioNode.prototype.connect = function noted(this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode) outlets.push(this);
    return realConnect.apply(this, args);
  } as typeof AudioNode.prototype.connect;
});
afterEach(() => {
  for (const player of players.splice(0)) player.close();
  contexts.length = 0;
  outlets.length = 0;
  globalThis.AudioContext = RealContext;
  AudioNode.prototype.connect = realConnect as typeof AudioNode.prototype.connect;
});

/** A player of a room whose time is this page's true `performance.now()`, in seconds. */
export async function started(
  mode: "sab" | "postMessage",
  options: { local?: LocalClock; line?: Line; first?: Jam } = {},
): Promise<Player> {
  const player = new Player({ clock: options.local ?? clock, mode });
  players.push(player);
  if (options.first) player.setJam(options.first);
  player.setClock(straight(options.line ?? IDENTITY), 1);
  await player.start();
  expect(player.status.value).toMatchObject({ state: "running", cause: null });
  return player;
}

/** What leaves for the speakers in the next seconds, of everything that is connected to them now. */
export async function speakers(seconds: number): Promise<{ channel: Float32Array; heardFrom: number }> {
  const context = contexts.at(-1)!;
  const taken = await Promise.all(
    [...outlets].map((node) => steady(tap(context, node, new GainNode(context, { gain: 0 }), seconds))),
  );
  const first = taken[0]!;
  const channel = new Float32Array(first.channels[0]!.length);
  for (const { channels, contextTime } of taken) {
    const later = Math.round((contextTime - first.contextTime) * context.sampleRate);
    for (let i = 0; i < channel.length; i++) channel[i]! += channels[0]![i - later] ?? 0;
  }
  return { channel, heardFrom: heardFrom(first) };
}

export const wait = (seconds: number): Promise<void> =>
  new Promise((done) => setTimeout(done, seconds * 1000));
/** Room time is the page's time here, so the device's raw reports say it too. */
export const heardFrom = (recording: { hostTime: number }): number =>
  recording.hostTime - performance.timeOrigin / 1000;
export const left = (recording: TapRecording): Float32Array => recording.channels[0] as Float32Array;
export const found = (recording: TapRecording): number[] =>
  onsets(left(recording), recording.sampleRate).map((time) => heardFrom(recording) + time);
export const stepTimes = (plays: Jam, steps: readonly number[], bars: number): number[] => {
  const { fromTime, tempo } = plays.timeline.next ?? plays.timeline.base;
  const length = 15 / tempo;
  return Array.from({ length: bars }, (_, bar) =>
    steps.map((step) => fromTime + (bar * 16 + step) * length),
  ).flat();
};
export const energy = (samples: Float32Array): number =>
  samples.reduce((sum, sample) => sum + sample * sample, 0);
export const within = (times: readonly number[], from: number, to: number): number[] =>
  times.filter((time) => time >= from && time < to);
