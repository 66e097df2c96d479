/**
 * One person's own edits that the server has not confirmed, as they outlive the page that made them.
 * What an actor has stamped is final: it may have left, by a peer if not by the server. What was made
 * while there was no actor has no place in the room's order yet, and is written anew by the next actor,
 * as of the moment at which it was made. Where and when they are kept is the browser's affair.
 *
 * The tempo of a jam that was opened while nobody was reached waits beside them: as part of the jam it goes
 * out with it, but by the transport's rules, as of the moment at which the room is reached.
 */
import * as v from "valibot";
import { decodeDelta, encodeDelta } from "./codec.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { Delta, Stamp, Write } from "./delta.ts";
import { earliness } from "./held.ts";

/** What one actor stamped, oldest first, and the key that proves who it was. */
export interface EarlierLife {
  readonly actor: number;
  readonly actorKey: string;
  readonly deltas: readonly Delta[];
}

/** A command's writes without an actor. */
export interface LooseEdit {
  /** The wall clock when it was made, Unix ms. */
  readonly madeMs: number;
  readonly writes: readonly Write[];
}

export interface OpenedTempo {
  readonly tempo: number;
  /** The room's, as far as it was known here. */
  readonly before: number;
  /** The wall clock when the jam was opened, Unix ms. */
  readonly madeMs: number;
}

/** Oldest first. The loose ones are younger than all lives: the next life begins by taking them in. */
export interface OwnEdits {
  readonly lives: readonly EarlierLife[];
  readonly loose: readonly LooseEdit[];
  readonly tempo?: OpenedTempo;
}

export const NO_EDITS: OwnEdits = { lives: [], loose: [] };

export const countEdits = ({ lives, loose }: OwnEdits): number =>
  lives.reduce((count, { deltas }) => count + deltas.length, loose.length);

export const Bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);

const PackedLife = v.object({ actor: v.number(), actorKey: v.string(), deltas: v.array(Bytes) });
const PackedLoose = v.object({ madeMs: v.number(), delta: Bytes });
const Tempo = v.pipe(v.number(), v.minValue(LIMITS.tempo.min), v.maxValue(LIMITS.tempo.max));
/** As stored: a delta in its longest form, which needs nothing to be read against. */
const PackedEdits = v.object({
  lives: v.array(PackedLife),
  loose: v.array(PackedLoose),
  // One that cannot be read is none: it must not cost the edits.
  tempo: v.fallback(
    v.optional(v.object({ tempo: Tempo, before: v.number(), madeMs: v.number() })),
    undefined,
  ),
});
export type PackedEdits = v.InferOutput<typeof PackedEdits>;

const encode = (delta: Delta): Uint8Array => encodeDelta(delta, { explicitActor: true, nowMs: 0 });

export function packEdits({ lives, loose, tempo }: OwnEdits): PackedEdits {
  return {
    ...(tempo && { tempo }),
    lives: lives
      .filter(({ deltas }) => deltas.length > 0)
      .map(({ actor, actorKey, deltas }) => ({ actor, actorKey, deltas: deltas.map(encode) })),
    loose: loose.map(({ madeMs, writes }) => ({
      madeMs,
      delta: encode({ actor: 0, seq: 1, stamp: { time: 0, counter: 0, actor: 0 }, writes }),
    })),
  };
}

function decode(bytes: Uint8Array): Delta[] {
  const delta = decodeDelta(bytes, { actor: null, nowMs: 0, highestSeq: () => 0 });
  return delta.ok ? [delta.value] : [];
}

/** Total: what cannot be read is left out, and counted as far as it can be. */
export function unpackEdits(packed: unknown): { readonly edits: OwnEdits; readonly unreadable: number } {
  const parsed = v.safeParse(PackedEdits, packed);
  if (!parsed.success) return { edits: NO_EDITS, unreadable: 1 };
  const { lives, loose, tempo } = parsed.output;
  const edits: OwnEdits = {
    ...(tempo && { tempo }),
    lives: lives.map(({ actor, actorKey, deltas }) => ({
      actor,
      actorKey,
      deltas: deltas.flatMap(decode).filter((delta) => delta.actor === actor),
    })),
    loose: loose.flatMap(({ madeMs, delta }) => decode(delta).map(({ writes }) => ({ madeMs, writes }))),
  };
  const stored = lives.reduce((count, { deltas }) => count + deltas.length, loose.length);
  return { edits, unreadable: stored - countEdits(edits) };
}

export interface ReturnOptions {
  readonly wallMs: number;
  readonly roomMs: number;
  /** The newest stamp's time in the document that the loose edits were made on: they come after it. */
  readonly seenMs: number;
  /** How many lives, the newest, can be proved to the server. */
  readonly provable: number;
}

export interface Return {
  /** Offered as what they are. */
  readonly lives: readonly EarlierLife[];
  /**
   * Committed by the new actor, in this order, each at this room time in ms: before it has seen anything
   * newer. `stamp` is the one it had; null for a loose one.
   */
  readonly anew: readonly {
    readonly writes: readonly Write[];
    readonly atMs: number;
    readonly stamp: Stamp | null;
  }[];
}

/**
 * How these edits come back into the room, each once: a final one as itself, or anew where the room would
 * not take it (stamped too far ahead, or of more lives than can be proved).
 *
 * Law: `anew` is in the order of making, and its times never fall and are never ahead of now.
 */
export function returnOf(
  { lives, loose }: OwnEdits,
  { wallMs, roomMs, seenMs, provable }: ReturnOptions,
): Return {
  const from = Math.max(0, lives.length - provable);
  const unproved = lives.slice(0, from).flatMap(({ deltas }) => deltas);
  const proved = lives.slice(from);
  const isFar = ({ stamp }: Delta): boolean => earliness(stamp, roomMs) === "far";
  const ahead = proved.flatMap(({ deltas }) => deltas.filter(isFar));
  const estimates = [
    ...[...unproved, ...ahead].map(({ stamp, writes }) => ({ writes, stamp, atMs: stamp.time })),
    ...loose.map(({ madeMs, writes }) => ({
      writes,
      stamp: null,
      atMs: Math.max(seenMs + 1, roomMs - Math.max(0, wallMs - madeMs)),
    })),
  ];
  let last = 0;
  return {
    lives: proved
      .map((life) => ({ ...life, deltas: life.deltas.filter((delta) => !isFar(delta)) }))
      .filter(({ deltas }) => deltas.length > 0),
    anew: estimates.map(({ writes, stamp, atMs }) => {
      last = Math.max(last, Math.min(roomMs, atMs));
      return { writes, stamp, atMs: last };
    }),
  };
}

/**
 * What an opened jam's tempo comes to once the room is reached: the tempo to set there, or null where
 * somebody has set another one since. `room`: the tempo that the room settles on, and its transport's stamp.
 */
export function tempoOnReturn(
  { tempo, before, madeMs }: OpenedTempo,
  room: { readonly tempo: number; readonly stampMs: number },
  { wallMs, roomMs }: Pick<ReturnOptions, "wallMs" | "roomMs">,
): number | null {
  const madeAtMs = roomMs - Math.max(0, wallMs - madeMs);
  const isOvertaken = room.tempo !== before && room.stampMs > madeAtMs;
  return isOvertaken || room.tempo === tempo ? null : tempo;
}
