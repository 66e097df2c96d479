/** What the audience's page says, in plain words. Pure. */
import { crowdWords } from "../ui/crowd-words.ts";
import { nameList } from "../ui/name-list.ts";
import type { Mode } from "./mode.ts";

export interface Shown {
  readonly room: string;
  readonly isPlaying: boolean;
  readonly performers: readonly string[];
  readonly listeners: number;
}

export function title({ room, isPlaying }: Shown): string {
  return isPlaying ? `${room} is playing.` : `Nobody is playing in ${room} now.`;
}

/** Who is here, and how many listen. */
export function company({ performers, listeners }: Shown): string {
  const band =
    performers.length === 0
      ? "No musician is here."
      : `${nameList(performers)} ${performers.length === 1 ? "is" : "are"} here.`;
  return listeners > 0 ? `${band} ${crowdWords(listeners)}` : band;
}

export interface Hearing {
  readonly pressed: boolean;
  readonly mode: Mode;
  readonly wish: Mode;
  readonly isOnline: boolean;
  /** Sound comes. */
  readonly isHeard: boolean;
  /** What the browser or the system has stopped. */
  readonly isInterrupted: boolean;
  readonly hasProgramme: boolean;
  readonly isPlaying: boolean;
  readonly isCut: boolean;
  /** Why this browser makes no sound of its own, in words; null where it does or was not asked. */
  readonly cause: string | null;
}

/** How it stands with the sound, and what to press where a press helps. */
export function sentence(hearing: Hearing): string {
  const { pressed, mode, wish, isOnline, isHeard, isInterrupted, hasProgramme, isPlaying, isCut } = hearing;
  if (!pressed) return "";
  if (isInterrupted) return "The sound was stopped. Press Sound on.";
  if (!isOnline && mode === "stream" && !isHeard)
    return "The server is away. The sound comes back by itself.";
  if (hearing.cause !== null) return hearing.cause;
  if (!isHeard)
    return mode === "stream" && !hasProgramme
      ? "Waiting for somebody who plays to send the sound."
      : mode === "stream"
        ? "The sound is on its way."
        : "Getting the instruments.";
  if (!isPlaying) return "You listen. It sounds as soon as somebody plays.";
  if (mode === "stream") return "You hear the stream.";
  if (wish === "render") return "Your browser makes the sound.";
  return isCut
    ? "The stream does not come through, so your browser makes the sound."
    : "Nobody sends a stream, so your browser makes the sound.";
}

export const MODE_WORDS: Readonly<Record<Mode, { readonly name: string; readonly what: string }>> = {
  stream: { name: "Stream", what: "Light on this device." },
  render: { name: "Render here", what: "The best sound. Needs more of this device." },
};
