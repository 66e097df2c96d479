/**
 * What two peers of a mesh tell each other through the server while they connect. `session` names one
 * attempt, so that what belongs to an attempt already given up cannot disturb the next.
 */
import * as v from "valibot";
import { integer } from "#shared/protocol/numbers.ts";

const session = integer(0, 0xffff_ffff);
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));

/** An SDP of a data channel alone is under 1 kB, with audio and many candidates 10. */
const SDP_LENGTH = 60_000;
const CANDIDATE_LENGTH = 1_000;

export const MeshSignal = v.variant("type", [
  v.object({ type: v.literal("offer"), session, sdp: text(SDP_LENGTH) }),
  v.object({ type: v.literal("answer"), session, sdp: text(SDP_LENGTH) }),
  v.object({
    type: v.literal("candidate"),
    session,
    candidate: v.object({
      candidate: text(CANDIDATE_LENGTH),
      sdpMid: v.optional(v.nullable(text(16))),
      sdpMLineIndex: v.optional(v.nullable(integer(0, 0xffff))),
    }),
  }),
  /** This attempt has ended at the sender's side. */
  v.object({ type: v.literal("bye"), session }),
]);
export type MeshSignal = v.InferOutput<typeof MeshSignal>;

/** Total: anything gives a signal or null. */
export function parseMeshSignal(value: unknown): MeshSignal | null {
  const parsed = v.safeParse(MeshSignal, value);
  return parsed.success ? parsed.output : null;
}
