/** What the crowd's processes and their parent tell each other. */

export interface GroupOptions {
  /** Performers who are heard too, over libwebrtc; performers and listeners over libdatachannel. */
  readonly kind: "voices" | "performers" | "listeners";
  readonly link: string;
  readonly count: number;
  /** Seconds from one's coming to the next one's. */
  readonly spacing: number;
  readonly editsASecond: number;
  readonly seed: number;
}

export type Order =
  /** Everybody makes so many edits, evenly, in a beat of their own; answered when they are made. */
  | { readonly type: "edit"; readonly edits: number }
  /** Actors who send their input: voices hear them from now on. */
  | { readonly type: "hear"; readonly actors: readonly number[] }
  /** How everybody stands now, and what there was since the last look. */
  | { readonly type: "look" }
  /**
   * Answered when everybody hears these actors on the SFU again, whose worker was killed at `killedAt` (Unix ms), and
   * somebody has been seen not to; or when the deadline has passed.
   */
  | { readonly type: "watch"; readonly killedAt: number; readonly actors: readonly number[] }
  | { readonly type: "leave" };

/** When each was back, ms after the death; null who was not. */
export type Back = readonly (number | null)[];

export interface Look {
  readonly actors: readonly number[];
  /** Different documents among them. */
  readonly digests: readonly string[];
  /** Edits that the server has not confirmed. */
  readonly unacknowledged: number;
  /** Of each author (by actor) the fewest edits that any of them has, in one piece. */
  readonly has: readonly (readonly [actor: number, edits: number])[];
  /** By the path that carries their edits. */
  readonly rungs: Readonly<Record<string, number>>;
  /** Since the last look. */
  readonly edits: number;
  /** From an edit's stamp, in room time, to its being applied here, ms. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Over all their WebSockets. */
  readonly socket: {
    readonly received: number;
    readonly receivedMessages: number;
    readonly sent: number;
    readonly sentMessages: number;
  };
  /** Frames refused, documents replaced by the server's, and connections that have ended for good. */
  readonly rejected: number;
  readonly replaced: number;
  readonly ended: number;
  /** Of each stream of sound that is heard, bits a second. */
  readonly bitrates: readonly number[];
}

export type Word =
  | { readonly type: "here" }
  | { readonly type: "edited" }
  | { readonly type: "hearing" }
  | { readonly type: "look"; readonly look: Look }
  | { readonly type: "back"; readonly back: Back };
