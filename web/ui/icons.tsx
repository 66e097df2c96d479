/** The few icons, drawn once as paths in a box of 24. All are decoration: their buttons carry the names. */
import type { Rung } from "#shared/protocol/messages.ts";

const PATHS = {
  play: "M7 4.5v15l13-7.5z",
  stop: "M6 6h12v12H6z",
  undo: "M9 7H15a5 5 0 0 1 0 10h-4M9 7l4-4M9 7l4 4",
  redo: "M15 7H9a5 5 0 0 0 0 10h4M15 7l-4-4M15 7l-4 4",
  sun: "M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8M12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  help: "M9 9a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1.1-1.4 2.4M12 17.5v.1M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18",
  history: "M4.500 9a8 8 0 1 1-.5 4M4 4.500v5h5M12 8v4.500l3 2",
  metronome: "M8.5 4h7l3 16h-13zM12 15l6-9M7 15h10",
  volume: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  ear: "M7 10a5.500 5.500 0 1 1 10 3c-1 1.500-2.500 2-2.500 4a3.500 3.500 0 0 1-6.500 1.500M10 10a2.500 2.500 0 1 1 4 2c-.8.600-1.500 1-1.500 2",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  chevron: "M9 5l7 7l-7 7",
  back: "M15 5l-7 7l7 7",
  sliders:
    "M4 7h9M18 7h2M4 17h2M11 17h9M15.500 4.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 0 0 0-5M8.500 14.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 0 0 0-5",
  chair: "M7 3v18M7 12h10M17 12v9M7 3h2v9",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  more: "M6 12v.1M12 12v.1M18 12v.1",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  store: "M12 4v10M8 10l4 4l4-4M5 19h14",
  scenes: "M4 6h16M4 12h10M4 18h13",
  chat: "M4 5h16v11h-8.500L7 20v-4H4z",
  baton: "M5 19a2 2 0 1 0 .1 0M6.500 17.500L20 4",
  keys: "M4 5h16v14H4zM9 5v14M15 5v14",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  up: "M6 15l6-6l6 6",
  down: "M6 9l6 6l6-6",
} as const;

export type IconName = keyof typeof PATHS;

const SOLID: ReadonlySet<IconName> = new Set<IconName>(["play", "stop"]);

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const solid = SOLID.has(name);
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill={solid ? "currentColor" : "none"}
      stroke={solid ? "none" : "currentColor"}
      stroke-width={name === "more" ? 3 : 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Which way somebody's edits come: three dots in a ring, a star, or a dashed line. */
export function LinkGlyph({ rung }: { rung: Rung }) {
  return (
    <svg width="20" height="8" viewBox="0 0 20 8" aria-hidden="true" fill="currentColor">
      {rung === "mesh" && (
        <path
          d="M5 6a1.600 1.600 0 1 0 .1 0zM10 1a1.600 1.600 0 1 0 .1 0zM15 6a1.600 1.600 0 1 0 .1 0z"
          transform="translate(0 -1.200)"
        />
      )}
      {rung === "sfu" && (
        <path d="M10 0v8M6.500 2l7 4M13.500 2l-7 4" fill="none" stroke="currentColor" stroke-width="1.500" />
      )}
      {rung === "relay" && (
        <path d="M2 4h16" fill="none" stroke="currentColor" stroke-width="1.800" stroke-dasharray="4 2.500" />
      )}
    </svg>
  );
}
