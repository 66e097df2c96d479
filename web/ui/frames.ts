/** One animation-frame loop for everything that moves by itself; it rests while the page is hidden. */

type Frame = (now: number) => void;

const frames = new Set<Frame>();
let request = 0;

function tick(now: number): void {
  request = frames.size > 0 ? requestAnimationFrame(tick) : 0;
  for (const frame of frames) frame(now);
}

/** Calls `frame` before every repaint, with `performance.now()`'s time. Returns the end of it. */
export function onFrame(frame: Frame): () => void {
  frames.add(frame);
  if (request === 0) request = requestAnimationFrame(tick);
  return () => {
    frames.delete(frame);
  };
}
