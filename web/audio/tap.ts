/**
 * Recording a stretch of a node together with when it was heard, measured apart from the app's own
 * maps: by a line through the device's raw reports taken while it records. It is how tests and
 * machines judge whether everybody sounds together.
 */
import { at, type Line } from "#shared/time/line.ts";
import { workletNode } from "../platform.ts";
import { rawPair } from "./audio-context.ts";
import { fitLine } from "./least-squares.ts";

export interface Recording {
  readonly sampleRate: number;
  /** Context time of the first sample. */
  readonly contextTime: number;
  /** Unix seconds at which the first sample was heard. */
  readonly hostTime: number;
  /** Root mean square of what the line of raw pairs leaves, in seconds. */
  readonly residual: number;
  readonly channels: Float32Array[];
}

export const MAX_TAP_SECONDS = 120;
const PAIR_EVERY_MS = 20;

interface Recorded {
  readonly firstFrame: number;
  readonly channels: Float32Array[];
}

/** Rejects when the context makes no progress for 5 s. The tap's worklet must be loaded. */
export async function tap(
  context: AudioContext,
  node: AudioNode,
  silence: AudioNode,
  seconds: number,
): Promise<Recording> {
  const frames = Math.ceil(Math.min(MAX_TAP_SECONDS, Math.max(0.01, seconds)) * context.sampleRate);
  const recorder = workletNode(context, "tutti-tap", {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    channelCount: 2,
    channelCountMode: "explicit",
    processorOptions: { frames },
  });
  const pairs: { x: number; y: number }[] = [];
  const read = (): void => {
    const { contextTime, performanceTime } = rawPair(context);
    if (contextTime === pairs.at(-1)?.x) return;
    pairs.push({ x: contextTime, y: (performance.timeOrigin + performanceTime) / 1000 });
  };
  read();
  const timer = setInterval(read, PAIR_EVERY_MS);
  try {
    node.connect(recorder).connect(silence).connect(context.destination);
    const { firstFrame, channels } = await recorded(recorder, context);
    read();
    return { ...heardAt(firstFrame / context.sampleRate, pairs), sampleRate: context.sampleRate, channels };
  } finally {
    clearInterval(timer);
    node.disconnect(recorder);
    recorder.disconnect();
    silence.disconnect();
  }
}

function heardAt(
  contextTime: number,
  pairs: readonly { x: number; y: number }[],
): Pick<Recording, "contextTime" | "hostTime" | "residual"> {
  const first = pairs[0];
  if (!first) throw new Error("the device reports no time");
  const alone: { line: Line; residual: number } = {
    line: { ...first, rate: 1 },
    residual: Number.POSITIVE_INFINITY,
  };
  const { line, residual } = fitLine(pairs) ?? alone;
  return { contextTime, hostTime: at(line, contextTime), residual };
}

const STALLED_MS = 5_000;

function recorded(recorder: AudioWorkletNode, context: AudioContext): Promise<Recorded> {
  return new Promise((resolve, reject) => {
    let progress = context.currentTime;
    const watch = setInterval(() => {
      if (context.currentTime === progress) {
        clearInterval(watch);
        reject(new Error("the sound stands still"));
      }
      progress = context.currentTime;
    }, STALLED_MS);
    recorder.port.onmessage = (event: MessageEvent<Recorded>) => {
      clearInterval(watch);
      resolve(event.data);
    };
  });
}
