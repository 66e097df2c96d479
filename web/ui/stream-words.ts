/** Sound between people, in words. Pure. */
import type { InputProblem } from "../platform-input.ts";
import type { Programme } from "../state/broadcast.ts";
import type { Ears, MyAir, OtherStream } from "../state/streams-view.ts";
import type { Person } from "../state/view.ts";
import { BITRATES, type Quality } from "../net/streams/opus.ts";

/** "your mix", "your input" or both; null while nothing leaves this page. */
export function onAirWords({ mix, input, mixHasInput }: MyAir): string | null {
  const parts = [...(mix ? ["your mix"] : []), ...(input ? ["your input"] : [])];
  if (parts.length === 0) return null;
  const inside = mix && input && mixHasInput ? " (your input is in the mix too)" : "";
  return `On air: ${parts.join(" and ")}${inside}`;
}

/** What the tab is called while something leaves this page. */
export const onAirTitle = (title: string): string => `\u25cf On air \u00b7 ${title}`;

/** To the people of the room: whom the audience hears, and who stands by. Null while there is none. */
export function programmeWords(
  programme: Pick<Programme, "onAir" | "standBy"> | null,
  people: readonly Pick<Person, "actor" | "lost" | "name" | "role" | "self">[],
): string | null {
  const who = (actor: number | null) => people.find((each) => each.actor === actor);
  const onAir = who(programme?.onAir ?? null);
  if (!onAir) return null;
  const listeners = people.filter(({ role, lost }) => role === "listener" && !lost).length;
  const many = `${listeners} ${listeners === 1 ? "listener" : "listeners"}`;
  if (onAir.self) return `You are on air for ${many}.`;
  const standBy = who(programme?.standBy ?? null)?.self === true ? " You stand by." : "";
  return `${onAir.name} is on air for ${many}.${standBy}`;
}

export function earsWords({ name, state }: Ears): string {
  return state === "heard" ? `${name}'s ears` : `${name}'s ears: waiting for their mix`;
}

const percent = (share: number): string => {
  const shown = share * 100;
  return `${shown > 0 && shown < 10 ? shown.toFixed(1) : Math.round(shown)} %`;
};

/** How a stream arrives, in figures. */
export function arrivalWords({ flows, arrival }: OtherStream): string {
  if (!flows) return "waiting for it";
  const { bitrate, loss, delay } = arrival;
  const parts = [`${Math.round(bitrate / 1_000)} kb/s`, `${percent(loss)} lost`];
  if (delay !== null) parts.push(`${Math.round(delay * 1_000)} ms`);
  return parts.join(" \u00b7 ");
}

const PROBLEMS: Readonly<Record<InputProblem, string>> = {
  denied: "The browser does not let this page hear an input. Allow it beside the address, then try again.",
  none: "There is no such input here.",
  busy: "This input does not open: another program may have it.",
  "no-echo-cancellation":
    "This browser cannot cancel the echo of your speakers with this input. Use headphones.",
  unsupported: "Inputs need https, or a browser that has them.",
};
export const problemWords = (problem: InputProblem): string => PROBLEMS[problem];

const WIRELESS = /bluetooth|airpods|\bbuds\b|hands-free|hfp|\bwh-|\bwf-|\bbeats\b|\bjbl\b/i;
/** Where a device says that it is wireless: what that does to sound. */
export const wirelessWords = (label: string): string | null =>
  WIRELESS.test(label)
    ? "This looks like Bluetooth: its microphone is late, and makes what you hear sound like a telephone. A cable is better."
    : null;

/** What becomes of the sound of an input. */
export const processingWords = (headphones: boolean, channels: number): string =>
  headphones
    ? `Nothing is done to the sound: ${channels > 1 ? "stereo" : "one channel"}, as it comes in.`
    : "For speaking only: one channel, and the echo of your speakers is taken out, which music does not survive.";

export const QUALITIES: readonly { readonly bitrate: Quality["bitrate"]; readonly words: string }[] =
  BITRATES.map((bitrate) => ({ bitrate, words: `${bitrate / 1_000} kb/s` }));
