/** The page's address: which room it names, with which token, and what a machine asks of it. */

export interface RoomAddress {
  readonly room: string;
  readonly token: string;
}

/** `/r/ROOM#TOKEN` or `/l/ROOM#TOKEN`, or null where the path names no room. The token may be empty. */
export function parseRoomAddress(path: string, hash: string): RoomAddress | null {
  const match = /^\/[lr]\/([A-Za-z0-9_-]{1,64})\/?$/.exec(path);
  return match?.[1] ? { room: match[1], token: hash.replace(/^#/, "") } : null;
}

export interface PageOptions {
  /** `window.tutti` is there. */
  readonly inspect: boolean;
  /** The page's local clock is made wrong by this: seconds and parts per million. Only with `inspect`. */
  readonly skew: { readonly offset: number; readonly ppm: number } | null;
}

export function parsePageOptions(search: string): PageOptions {
  const query = new URLSearchParams(search);
  const inspect = query.has("inspect");
  const [offset, ppm] = (query.get("local-clock") ?? "").split(",").map(Number);
  const valid =
    inspect && query.has("local-clock") && Number.isFinite(offset) && Math.abs(ppm ?? 0) <= 10_000;
  return { inspect, skew: valid ? { offset: offset ?? 0, ppm: ppm ?? 0 } : null };
}

/** The token of a link, without its "#". */
export const tokenOf = (link: string): string => new URL(link, "http://tutti.invalid").hash.replace(/^#/, "");

/** Where a room is opened with this token; the page's own query is kept. */
export const roomAddressPath = ({ room, token }: RoomAddress, search: string): string =>
  `/r/${room}${search}#${token}`;
