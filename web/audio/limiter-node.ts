/** The limiter at the end of each mix. */
import { workletNode } from "../platform.ts";

/** Stereo. Its worklet must be loaded. */
export const limiter = (context: AudioContext): AudioWorkletNode =>
  workletNode(context, "tutti-limiter", {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [2],
    channelCount: 2,
    channelCountMode: "explicit",
  });
