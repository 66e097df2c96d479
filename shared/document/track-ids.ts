/** Numbers for new tracks. Each actor has a range of its own, so no two ever make the same. */
import type { JamDocument } from "./document.ts";

const IDS_PER_ACTOR = 256;

/** The first of `count` ids in a row that this actor has not used yet; null once its range is used up. */
export function firstFreeId(document: JamDocument, actor: number, count: number): number | null {
  const first = actor * IDS_PER_ACTOR;
  const mine = document.trackIds().filter((id) => id >= first && id < first + IDS_PER_ACTOR);
  const id = Math.max(first, ...mine) + 1;
  return id + count <= first + IDS_PER_ACTOR ? id : null;
}
