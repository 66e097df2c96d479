/**
 * What this browser remembers between visits: who I am in each room, links it may not show, and my
 * own settings. A browser that refuses storage (private windows, full disk) works without: a reload is
 * then a new member.
 */
import { readTrims, withTrim } from "./outputs.ts";

function read(key: string): unknown {
  try {
    const text = localStorage.getItem(`tutti.${key}`);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(`tutti.${key}`, JSON.stringify(value));
  } catch {
    // Storage is refused or full: nothing depends on it.
  }
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

export const storage = {
  memberKey: (room: string): string | null => text(read(`member.${room}`)),
  setMemberKey: (room: string, key: string): void => write(`member.${room}`, key),

  /** The token of a leader stays here; the address bar shows the performers' link. */
  leaderToken: (room: string): string | null => text(read(`leader.${room}`)),
  setLeaderToken: (room: string, token: string): void => write(`leader.${room}`, token),

  name: (): string | null => text(read("name")),
  setName: (name: string): void => write("name", name),

  /** Linear, 0 to 1. */
  volume(): number {
    const volume = read("volume");
    return typeof volume === "number" && volume >= 0 && volume <= 1 ? volume : 0.8;
  },
  setVolume: (volume: number): void => write("volume", volume),

  /** Seconds, of the output with this key (`outputs.ts`). */
  trim: (output: string): number => readTrims(read("trims"))[output] ?? 0,
  setTrim: (output: string, seconds: number): void =>
    write("trims", withTrim(readTrims(read("trims")), output, seconds)),

  /** How long others' hands wait, as `asDelayChoice` reads it. */
  handDelay: (): unknown => read("handDelay"),
  setHandDelay: (choice: unknown): void => write("handDelay", choice),

  flag: (name: "metronome" | "countIn"): boolean => read(name) === true,
  setFlag: (name: "metronome" | "countIn", on: boolean): void => write(name, on),
};
