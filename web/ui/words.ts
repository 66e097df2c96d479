/** The sentences the screen says of itself. Pure; names and counts go in, plain words come out. */
import type { Rung } from "#shared/protocol/messages.ts";
import type { ConnectionState, EndCode, LastChange, Person, SoundStatus, WaitsFor } from "../state/view.ts";
import { nameList } from "./name-list.ts";

export interface Ending {
  readonly title: string;
  readonly sentence: string;
  /** What the one button does: load the page anew, go to the landing page or to https, copy the address. */
  readonly act: "reload" | "home" | "https" | "copy";
  readonly button: string;
}

const again = { act: "reload", button: "Try again" } as const;
const home = { act: "home", button: "Start a new jam" } as const;
const reload = { act: "reload", button: "Reload" } as const;

const ENDINGS: Readonly<Record<EndCode, Ending>> = {
  HELLO_EXPECTED: {
    title: "We lost the thread",
    sentence: "This page and the server misunderstood each other at the door.",
    ...reload,
  },
  MALFORMED: {
    title: "We lost the thread",
    sentence: "The server could not read what this page sent. Your edits up to now are safe.",
    ...reload,
  },
  OVERSIZE: {
    title: "That was too much at once",
    sentence: "This page sent more than the server takes in one piece.",
    ...reload,
  },
  // A connection that is refused with this comes back by itself: here only a new room is.
  RATE: {
    title: "That is many rooms",
    sentence: "As many as one address may make in an hour have been made from yours. Try again later.",
    ...again,
  },
  VERSION: {
    title: "There is a newer Tutti",
    sentence: "The room speaks a newer version than this page does. Reloading brings it.",
    ...reload,
  },
  TOKEN_INVALID: {
    title: "This link does not open",
    sentence: "Part of it may be missing: ask for it again, and open the whole of it.",
    ...home,
  },
  TOKEN_EXPIRED: {
    title: "This link has expired",
    sentence: "Nobody used it for 90 days. Ask somebody in the band for a new one.",
    ...home,
  },
  ROOM_UNKNOWN: {
    title: "Nobody is here any more",
    sentence: "The room of this link is gone: the server forgets rooms that nobody has played in for long.",
    ...home,
  },
  ROOM_FULL: {
    title: "The stage is full",
    sentence: "As many people play in this room as it can hold. Try again when somebody has left.",
    ...again,
  },
  FORBIDDEN: {
    title: "This door is closed to you",
    sentence: "The link you came by does not allow that, or a leader has asked you to leave.",
    ...home,
  },
  TIMEOUT: {
    title: "We could not hear you",
    sentence: "Nothing came from this page for too long.",
    ...again,
  },
  REPLACED: {
    title: "You are playing somewhere else",
    sentence: "The same seat has been taken in another tab or window.",
    act: "reload",
    button: "Play here instead",
  },
  RESTART: {
    title: "The server is coming back",
    sentence: "It is starting anew. The jam is kept.",
    ...again,
  },
  // Likewise: the page comes back by itself.
  STAMP_AHEAD: {
    title: "This clock is ahead",
    sentence: "The clock of this page is more than a minute ahead of the room's.",
    ...again,
  },
  // Likewise.
  INTERNAL: {
    title: "No room could be made",
    sentence: "The server is full, or out of reach. Try again in a moment.",
    ...again,
  },
  NO_ROOM_IN_LINK: {
    title: "This link leads nowhere",
    sentence: "There is no room in it. A whole link ends in a # and a long word.",
    ...home,
  },
  // It opens by itself when the server is back.
  UNREACHABLE: {
    title: "The server is out of reach",
    sentence: "It does not answer, and this tab has no copy of the jam. The jam opens when it is back.",
    ...again,
  },
  NEEDS_HTTPS: {
    title: "Sound needs https",
    sentence: "Your browser gives sound only over https.",
    act: "https",
    button: "Open over https",
  },
  SOUND_UNSUPPORTED: {
    title: "No sound engine here",
    sentence:
      "This browser has no AudioWorklet, which makes the music. Open the link in a current Chrome, Edge or Firefox.",
    act: "copy",
    button: "Copy the link",
  },
};

export const END_CODES = Object.keys(ENDINGS) as EndCode[];

/** What to say when a page cannot go on. `secure` is false where the page came over plain http. */
export const ending = (code: EndCode): Ending => ENDINGS[code];

export function whoIsHere(people: readonly Person[]): string {
  const names = people.filter((person) => !person.self && !person.lost).map((person) => person.name);
  if (names.length === 0) return "You are the first one here.";
  return `${nameList(names)} ${names.length === 1 ? "is" : "are"} here.`;
}

export const PRESS_NEEDED = "Your browser waits for a press before it makes sound.";

const WAITS: Readonly<Record<WaitsFor, string>> = {
  room: "the room",
  press: "the browser to allow sound",
  engine: "the sound engine",
  mixer: "the mixer",
  instruments: "the instruments",
  clock: "the clock to settle",
};

/** What getting ready takes so long for. */
export const waitWords = (waitsFor: WaitsFor): string => `Waiting for ${WAITS[waitsFor]}.`;

/** Why there is no sound, for the bar that offers it. */
export function soundWords({ state, cause }: SoundStatus): string {
  if (state === "failed") return `The sound engine failed: ${cause ?? "nobody knows why"}.`;
  return cause ?? PRESS_NEEDED;
}

/** Where the sound has gone; `label` is what the system calls the output. Where the browser does not tell, any device may have come. */
export const outputWords = (label: string | null): string =>
  label === null
    ? "A device came or went. Your sound may go to another output now."
    : `Your sound goes to ${label} now.`;

/** What stands at the left of the status line. */
export function connectionWords({ state, waiting }: Omit<ConnectionState, "kept">): string {
  if (state === "saved") return "Saved";
  if (state === "saving") return "Saving";
  if (state === "full")
    return `The server's disk is full. ${waiting === 0 ? "Edits wait" : waiting === 1 ? "1 edit waits" : `${waiting} edits wait`} here.`;
  if (waiting === 0) return "You play on without the server.";
  return `You play on. ${waiting} ${waiting === 1 ? "edit waits" : "edits wait"} for the connection.`;
}

/** "just now", "2 min ago", "3 h ago", "5 days ago". */
export function ago(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

/** "by Ada, 2 min ago", "cleared by you, just now". */
export function lastChangeWords(change: LastChange): string {
  const deed = change.deed === "set" ? "" : `${change.deed} `;
  const when = change.ago === null ? "" : `, ${ago(change.ago)}`;
  return `${deed}by ${change.by ?? "you"}${when}`;
}

/** What the status line says of a conflict, with the key that ends it where letters are keys. */
export const conflictWords = ({ sentence }: { readonly sentence: string }, isKey: boolean): string =>
  `${sentence} Yours was overwritten${isKey ? ": B takes it back." : "."}`;

/** What becomes of edits that wait when a page cannot go on; null where none do, or nothing will come of them. */
export function keptWords(code: EndCode, { waiting, kept }: Omit<ConnectionState, "state">): string | null {
  if (waiting === 0 || code === "ROOM_UNKNOWN") return null;
  const one = waiting === 1;
  const edits = one ? "1 edit" : `${waiting} edits`;
  if (!kept) return `${edits} did not reach the server, and this browser cannot keep ${one ? "it" : "them"}.`;
  const then = ENDINGS[code].act === "reload" ? "after the reload" : "when you are back in this jam";
  return `${edits} ${one ? "is kept in this browser and goes" : "are kept in this browser and go"} out ${then}.`;
}

export const rungWords = { relay: "through the server", mesh: "directly", sfu: "through the SFU" } as const;
export const rungName = { relay: "Relay", mesh: "Mesh", sfu: "SFU" } as const;
export const rungNotice = (rung: Rung): string => `Edits go ${rungWords[rung]} now.`;

/** How in tune a person is, for the people panel. */
export function clockWords(person: Person, signed: (seconds: number) => string): string {
  if (person.lost) return "gone";
  if (person.clock === null || person.clock.state === "unlocked") return "no clock yet";
  if (person.clock.state === "locking") return "tuning";
  return signed(person.clock.offset);
}

/** Links to this address open on this computer alone. */
export const isOnlyHere = (url: string): boolean => {
  try {
    const { hostname } = new URL(url);
    return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  } catch {
    return false;
  }
};
