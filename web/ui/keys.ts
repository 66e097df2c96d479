/**
 * Which key does what. A pure map from a key press and where it fell to what is meant; `shortcuts.ts`
 * listens and acts.
 */

/** The scene's number as it is shown: its place and one. */
export type SceneAction = `scene${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`;

export type KeyAction =
  | "playStop"
  | "undo"
  | "redo"
  | "mute"
  | "muteForMe"
  | "solo"
  | "nextPattern"
  | "previousPattern"
  | "copyPattern"
  | SceneAction
  | "help"
  | "play"
  | "sync"
  | "chat"
  | "react"
  | "takeBack"
  | "history"
  /** The focused note one dynamic louder or softer, half a step longer or shorter. */
  | "louder"
  | "softer"
  | "longer"
  | "shorter"
  | "left"
  | "right"
  | "up"
  | "down"
  | "rowStart"
  | "rowEnd";

export interface KeyPress {
  readonly key: string;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Ctrl, or Cmd on a Mac. */
  readonly command: boolean;
}

export interface KeyPlace {
  /** Text is being typed: letters and Space are text. */
  readonly typing: boolean;
  /** Single letters are switched on. */
  readonly letters: boolean;
}

const LETTERS: Readonly<Record<string, KeyAction>> = {
  m: "mute",
  s: "solo",
  t: "sync",
  p: "nextPattern",
  c: "copyPattern",
  b: "takeBack",
  h: "history",
  l: "play",
  r: "react",
  w: "chat",
  "?": "help",
};
const WITH_SHIFT: Readonly<Record<string, KeyAction>> = { m: "muteForMe", p: "previousPattern" };

/** The place of the scene that a key calls, or null for any other key. */
export const sceneOf = (action: KeyAction): number | null =>
  action.startsWith("scene") ? Number(action.slice(5)) - 1 : null;

/** What the page as a whole does on a key, or null. */
export function pageKey(press: KeyPress, place: KeyPlace): KeyAction | null {
  const key = press.key.toLowerCase();
  if (place.typing) return null;
  if (press.command && !press.alt) {
    if (key === "z") return press.shift ? "redo" : "undo";
    return key === "y" && !press.shift ? "redo" : null;
  }
  if (press.command || press.alt) return null;
  if (key === " ") return press.shift ? null : "playStop";
  if (!place.letters) return null;
  if (/^[1-9]$/.test(key)) return `scene${key}` as SceneAction;
  // "?" is typed with Shift on many keyboards, and is no letter.
  const isLetter = /^[a-z]$/.test(key);
  return (press.shift && isLetter ? WITH_SHIFT : LETTERS)[key] ?? null;
}

const MOVES: Readonly<Record<string, KeyAction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "rowStart",
  End: "rowEnd",
};
const SHAPES: Readonly<Record<string, KeyAction>> = {
  ArrowUp: "louder",
  ArrowDown: "softer",
  ArrowRight: "longer",
  ArrowLeft: "shorter",
};

/** What a grid does on a key while one of its cells is focused, or null. */
export function gridKey(press: KeyPress): KeyAction | null {
  if (press.command) return null;
  if (press.shift || press.alt) return SHAPES[press.key] ?? null;
  return MOVES[press.key] ?? null;
}

const clamp = (value: number, max: number): number => Math.max(0, Math.min(max, value));

/** The cell an arrow leads to; it stops at the edges. */
export function moveIn(
  rows: number,
  columns: number,
  at: { row: number; column: number },
  action: KeyAction,
): { row: number; column: number } {
  const row = clamp(at.row + (action === "down" ? 1 : action === "up" ? -1 : 0), rows - 1);
  const last = columns - 1;
  if (action === "rowStart") return { row, column: 0 };
  if (action === "rowEnd") return { row, column: last };
  return { row, column: clamp(at.column + (action === "right" ? 1 : action === "left" ? -1 : 0), last) };
}
