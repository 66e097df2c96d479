/** Two pages, one of which hears the other: what every way of sending gives to the benchmark. */
import type { Concealment, Stereo } from "./recorded.ts";

export interface Pair {
  /** The same seconds of what is rendered here and of what comes out there. */
  recordBoth(seconds: number): Promise<readonly [Stereo, Stereo]>;
  concealment(): Promise<Concealment>;
  /** What comes out there while the probe is sent. Onsets are over then. */
  probe(seconds: number): Promise<Stereo>;
  close(): Promise<void>;
}
