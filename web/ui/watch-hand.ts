/** Listens for what a hand does anywhere on the page, so that nothing moves under it. */
import type { HandState } from "./resting-hand.ts";

const isField = (element: Element | null): boolean =>
  element instanceof HTMLSelectElement ||
  element instanceof HTMLTextAreaElement ||
  (element instanceof HTMLInputElement && element.type !== "range");

export interface WatchedHand {
  /** By `performance.now()`. */
  read(): HandState;
  close(): void;
}

export function watchRestingHand(): WatchedHand {
  const pointers = new Set<number>();
  let lastPointer = Number.NEGATIVE_INFINITY;
  let lastKey = Number.NEGATIVE_INFINITY;
  let lastInField = Number.NEGATIVE_INFINITY;
  const happened = (): void => {
    if (isField(document.activeElement)) lastInField = performance.now();
  };
  const up = ({ pointerId }: PointerEvent): void => {
    if (pointers.delete(pointerId)) lastPointer = performance.now();
    happened();
  };
  const listeners: { readonly [K in keyof WindowEventMap]?: (event: WindowEventMap[K]) => void } = {
    pointerdown: ({ pointerId }) => {
      pointers.add(pointerId);
      happened();
    },
    pointerup: up,
    pointercancel: up,
    // It came up where nobody told of it.
    pointermove: (event) => {
      if (event.buttons === 0) up(event);
    },
    keydown: () => {
      lastKey = performance.now();
      happened();
    },
    input: happened,
    focusin: happened,
    // Captured here, an element's comes by as well: a press that gives the focus takes it from another.
    blur: ({ target }) => {
      if (target === window) pointers.clear();
    },
  };
  const options = { capture: true, passive: true };
  const entries = Object.entries(listeners) as [string, EventListener][];
  for (const [name, listener] of entries) addEventListener(name, listener, options);
  return {
    read: () => ({
      pointers: pointers.size,
      lastPointer,
      lastKey,
      lastInField: isField(document.activeElement) ? lastInField : null,
    }),
    close: () => {
      for (const [name, listener] of entries) removeEventListener(name, listener, options);
    },
  };
}
