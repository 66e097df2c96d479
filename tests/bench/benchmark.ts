/** What every benchmark is: a run that gives figures and never fails because of time. */
import type { Outcome } from "./report.ts";

export interface RunOptions {
  /** A tenth of the samples, to see that it runs. Its figures mean little. */
  readonly quick: boolean;
  /** Tells the reader how far it is. */
  readonly say: (line: string) => void;
}

export type Run = (options: RunOptions) => Promise<Outcome>;

export interface Benchmark {
  /** One line for the list. */
  readonly about: string;
  /** Whether it opens the app in Chromium; else it reckons in virtual time and needs no setup. */
  readonly opensPages: boolean;
  /** Loaded only when it is asked for: it brings a browser, a server and rivals along. */
  readonly load: () => Promise<Run>;
}
