/**
 * A room's jam as this browser keeps it for the next visit: the document, who I was in it, and who wrote
 * it. It is only ever shown until the server's own is here, and never given to anybody.
 */
import * as v from "valibot";
import { Bytes } from "#shared/document/own-edits.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { Role } from "#shared/protocol/messages.ts";

const Author = v.object({ actor: v.number(), name: v.string(), color: v.number() });

/** One row of the store; what is read from there may be of another version, or damaged. */
export const KeptJam = v.object({
  room: v.string(),
  /** The wall clock, Unix ms, and room time in the snapshot are of the same moment. */
  savedMs: v.number(),
  seed: v.number(),
  snapshot: Bytes,
  role: Role,
  /** Me, under my last actor. */
  self: v.object({ ...Author.entries, member: v.number() }),
  authors: v.array(Author),
});
export type KeptJam = v.InferOutput<typeof KeptJam>;

export function readKeptJam(row: unknown): KeptJam | null {
  const jam = v.safeParse(KeptJam, row);
  return jam.success ? jam.output : null;
}

const DAY_MS = 86_400_000;

/** Which rooms a browser forgets: those long unopened, and of too many the oldest, but first those without edits. */
export function forgottenRooms(
  rooms: readonly { readonly room: string; readonly savedMs: number; readonly hasEdits: boolean }[],
  wallMs: number,
): string[] {
  const isStale = ({ savedMs }: { readonly savedMs: number }): boolean =>
    wallMs - savedMs > LIMITS.keptDays * DAY_MS;
  const fresh = rooms
    .filter((row) => !isStale(row))
    .toSorted((a, b) => Number(b.hasEdits) - Number(a.hasEdits) || b.savedMs - a.savedMs);
  return [...rooms.filter(isStale), ...fresh.slice(LIMITS.keptRooms)].map(({ room }) => room);
}
