/** What this browser remembers of the screen: the theme, and whether single letters are keys. */
import { effect, signal } from "@preact/signals";

export type Theme = "night" | "day";

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage is refused: the setting lasts as long as the page.
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is refused: the setting lasts as long as the page.
    return;
  }
}

const THEME = "tutti:theme";
const LETTERS = "tutti:letters";

const remembered = read(THEME);
const daylight = matchMedia("(prefers-color-scheme: light)");

/** The theme that was chosen here; until one is, the system's. */
const chosen = signal<Theme | null>(remembered === "day" || remembered === "night" ? remembered : null);
const system = signal<Theme>(daylight.matches ? "day" : "night");
daylight.addEventListener("change", (event) => {
  system.value = event.matches ? "day" : "night";
});

export const theme = (): Theme => chosen.value ?? system.value;

export function setTheme(next: Theme): void {
  chosen.value = next;
  write(THEME, next);
}

/** Single letters (M, S, T, B, H, L, ?) act as keys. */
export const letters = signal(read(LETTERS) !== "off");

export function setLetters(on: boolean): void {
  letters.value = on;
  write(LETTERS, on ? "on" : "off");
}

const GROUNDS: Readonly<Record<Theme, string>> = { night: "#14110F", day: "#F6EFE2" };

/** Keeps the document's theme attribute and the browser's own colour up to date. Returns the end of it. */
export function applyTheme(): () => void {
  return effect(() => {
    const now = theme();
    document.documentElement.dataset.theme = now;
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", GROUNDS[now]);
  });
}

const stillness = matchMedia("(prefers-reduced-motion: reduce)");
/** The user has asked for less motion. */
export const isStill = (): boolean => stillness.matches;
