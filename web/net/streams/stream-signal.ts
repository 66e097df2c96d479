/**
 * What two browsers of a mesh tell each other about one stream: the hearer asks (`listen`), the sender calls.
 * Beside the signals of the pair that carries edits, and told from them by `stream`.
 */
import type { AirKind } from "#shared/protocol/messages.ts";
import { type MeshSignal, parseMeshSignal } from "../mesh-signal.ts";

export const KINDS = ["input", "mix"] as const satisfies readonly AirKind[];

export type StreamSignal = MeshSignal | { readonly type: "listen"; readonly session: number };

/** Total: anything gives a signal or null. */
export function parseStreamSignal(
  value: Readonly<Record<string, unknown>>,
): { readonly kind: AirKind; readonly signal: StreamSignal } | null {
  const { stream, type, session } = value;
  const kind = KINDS.find((each) => each === stream);
  if (kind === undefined) return null;
  const isListen = type === "listen" && typeof session === "number" && session === session >>> 0;
  const signal: StreamSignal | null = isListen ? { type, session } : parseMeshSignal(value);
  return signal && { kind, signal };
}
