/** Which mode this browser chose last, beside what `state/storage.ts` keeps: a choice of this page alone. */
import { type Mode, MODES } from "./mode.ts";

const KEY = "tutti.listen";

/** Null where nothing was chosen, or storage is refused. */
export function rememberedMode(): Mode | null {
  try {
    const mode = localStorage.getItem(KEY);
    return MODES.find((each) => each === mode) ?? null;
  } catch {
    return null;
  }
}

export function rememberMode(mode: Mode): void {
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    // Storage is refused: the choice lasts as long as the page.
    return;
  }
}
