/** Whose servers take turns, and what their crowds are asked for and say. */

export const SUBJECTS = ["tutti", "y-websocket", "socket.io"] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface CrowdOptions {
  readonly subject: Subject;
  readonly url: string;
  readonly rooms: number;
  readonly people: number;
  /** Of each person, a second. */
  readonly edits: number;
  /** Before the figures begin, and of them. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** Of those edits that count. Times in ms; NaN for what there is not. */
export interface CrowdFigures {
  readonly edits: number;
  readonly notArrived: number;
  readonly ack: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly arrival: { readonly p50: number; readonly p95: number; readonly p99: number };
}

/** What the parent is told. */
export type CrowdWord =
  | { readonly type: "joined" }
  | { readonly type: "begin" }
  | { readonly type: "end" }
  | { readonly type: "figures"; readonly figures: CrowdFigures };
