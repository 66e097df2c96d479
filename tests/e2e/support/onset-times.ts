import { onsets } from "../onsets.ts";
import type { Recording } from "./browser.ts";

/** When each onset of a recording was heard, in Unix seconds of the host. */
export function onsetTimes(recording: Recording): number[] {
  return onsets(recording.samples, recording.sampleRate).map((seconds) => recording.hostTime + seconds);
}
