/** What the history says of times, of its reach and of what went wrong. Pure. */
import type { HistoryEdit, HistoryPage, Preview } from "../state/history-view.ts";

const DAY_MS = 86_400_000;
/** 24 hours, and weekdays in the language of the page. */
const LOCALE = "en-GB";
const TIME = { hour: "2-digit", minute: "2-digit" } as const;

const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

/** "14:03" today, "Tuesday 14:03" within a week, else "12 November 14:03". Both are Unix ms. */
export function clockTime(when: number, now: number): string {
  const time = new Intl.DateTimeFormat(LOCALE, TIME).format(when);
  if (isSameDay(when, now)) return time;
  const isNear = now - when < 6 * DAY_MS;
  const day: Intl.DateTimeFormatOptions = isNear ? { weekday: "long" } : { day: "numeric", month: "long" };
  return `${new Intl.DateTimeFormat(LOCALE, day).format(when)} ${time}`;
}

/** "14:03 · bar 12 · made offline · via Bo". */
export function whenWords(edit: HistoryEdit, now: number): string {
  const words = [clockTime(edit.when, now)];
  if (edit.bar !== null) words.push(`bar ${edit.bar}`);
  if (edit.isLate) words.push("made offline");
  if (edit.via !== null) words.push(`via ${edit.via}`);
  return words.join(" · ");
}

/** "The jam as it was at 14:03, bar 12." */
export function previewWords({ when, bar, state }: Preview, now: number): string {
  if (state === "loading") return `Looking back to ${clockTime(when, now)} …`;
  return `The jam as it was at ${clockTime(when, now)}${bar === null ? "" : `, bar ${bar}`}.`;
}

export const reachWords = (since: number, now: number): string =>
  `History reaches back to ${clockTime(since, now)}.`;

const PROBLEMS: Readonly<Record<NonNullable<HistoryPage["problem"]>, string>> = {
  offline: "The server is away, and the history with it. It comes back by itself.",
  silent: "The server has not answered.",
  busy: "Too many questions at once.",
  unreadable: "The server cannot read its history now.",
};

/** What stands in place of a list, or under it; null where the list says it all. */
export function stateWords({ state, problem, edits, moments }: HistoryPage): string | null {
  if (problem !== null) return PROBLEMS[problem];
  if (state === "loading") return "Looking back …";
  return edits.length + moments.length === 0 ? "Nobody has changed anything yet." : null;
}
