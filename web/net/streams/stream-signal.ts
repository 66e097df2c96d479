/**
 * What two browsers of a mesh tell each other about one stream: the hearer asks (`listen`), the sender calls.
 * Beside the signals of the pair that carries edits, and told from them by `stream`.
 */
import * as v from "valibot";
import { AirKind } from "#shared/protocol/messages.ts";
import { type MeshSignal, parseMeshSignal } from "../mesh-signal.ts";

const Listen = v.object({
  type: v.literal("listen"),
  session: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff)),
});

export type StreamSignal = MeshSignal | v.InferOutput<typeof Listen>;

/** Total: anything gives a signal or null. */
export function parseStreamSignal(
  value: Readonly<Record<string, unknown>>,
): { readonly kind: AirKind; readonly signal: StreamSignal } | null {
  const kind = v.safeParse(AirKind, value["stream"]);
  if (!kind.success) return null;
  const listen = v.safeParse(Listen, value);
  const signal = listen.success ? listen.output : parseMeshSignal(value);
  return signal && { kind: kind.output, signal };
}
