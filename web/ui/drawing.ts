/** When the screen is drawn. */
import { options } from "preact";

/** What hands do, and what ends the frames for a while. */
const BEFORE = [
  "pointerdown",
  "pointerup",
  "click",
  "keydown",
  "input",
  "change",
  "visibilitychange",
] as const;

/**
 * Once a frame, and not within the press that changed something: what that sends goes out first. What waits is drawn
 * before the next press is heard, so that hands meet what they have changed, however late a frame comes.
 */
export function drawOnceAFrame(): void {
  let waiting: (() => void) | null = null;
  const draw = (): void => {
    const now = waiting;
    waiting = null;
    now?.();
  };
  options.debounceRendering = (render) => {
    waiting = render;
    if (document.hidden) setTimeout(draw);
    else requestAnimationFrame(draw);
  };
  for (const type of BEFORE) addEventListener(type, draw, { capture: true });
}
