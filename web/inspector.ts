/**
 * `window.tutti` (with `?inspect`): a plain-JSON view of the running jam, its commands and a tap of
 * the room mix, for tests and scripts. PROTOCOL.md documents it; it reads and dispatches, nothing more.
 */
import { RefusedCommand } from "./state/refused-command.ts";
import type { Session } from "./state/session.ts";
import type { CommandInput } from "#shared/protocol/commands.ts";
import type { Rung } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";
import type { Counters } from "./net/counters.ts";

export interface Inspection {
  readonly version: string;
  readonly room: string | null;
  readonly self: {
    readonly id: number;
    readonly name: string;
    readonly role: string;
    readonly actor: number;
  } | null;
  readonly peers: readonly {
    readonly id: number;
    readonly actor: number;
    readonly name: string;
    readonly role: string;
    readonly link: Rung;
    readonly state: "here" | "lost";
    readonly rtt: number | null;
  }[];
  readonly clock: {
    readonly state: string;
    readonly roomTime: number | null;
    readonly offset: number;
    readonly drift: number;
    readonly errorBound: number;
    readonly rtt: number;
  };
  readonly transport: {
    readonly playing: boolean;
    readonly tempo: number;
    readonly beat: number;
    readonly originBeat: number;
    readonly originTime: number;
  };
  readonly document: {
    readonly digest: string;
    readonly tracks: readonly {
      readonly id: number;
      readonly name: string;
      readonly instrument: string;
      readonly length: number;
      readonly notes: readonly { readonly step: number; readonly pitch: number; readonly velocity: number }[];
    }[];
  };
  readonly engine: {
    readonly state: string;
    readonly mode: string;
    readonly sampleRate: number;
    readonly contextTime: number;
    readonly outputLatency: number;
    /** Notes that reached the engine too late. */
    readonly late: number;
    /** Notes left out because this machine stalled. */
    readonly missed: number;
    /** Room time up to which notes are planned; null while nothing is. */
    readonly scheduledUntil: number | null;
  };
  /** Deltas of our own that the server has not confirmed. */
  readonly unacknowledged: number;
  readonly counters: Counters;
}

export interface TapResult {
  readonly sampleRate: number;
  readonly roomTime: number;
  /** Unix seconds at which the first sample was heard. */
  readonly hostTime: number;
  /** How far the raw pairs stray from the line through them, RMS in seconds. */
  readonly residual: number;
  readonly channels: readonly Float32Array[];
}

export interface TuttiInspector {
  inspect(): Inspection;
  dispatch(command: CommandInput): void;
  tap(seconds: number): Promise<TapResult>;
  /**
   * Told of each delta once it is applied here, one's own among them and within `dispatch`: what a machine
   * needs to time an edit from page to page. Returns the end of it.
   */
  onApplied(listener: (applied: { readonly actor: number; readonly seq: number }) => void): () => void;
}

declare global {
  interface Window {
    tutti?: TuttiInspector;
  }
}

export function installInspector(session: Session): void {
  window.tutti = {
    inspect: () => session.inspect(`${VERSION.major}.${VERSION.minor}`),
    dispatch(command) {
      const result = session.dispatch(command);
      if (!result.ok) throw new RefusedCommand(result.error);
    },
    tap: (seconds) => session.tap(seconds),
    onApplied: (listener) => session.onApplied(({ actor, seq }) => listener({ actor, seq })),
  };
}
