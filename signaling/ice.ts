/**
 * The STUN and TURN servers that browsers are told of. Where the TURN server shares a secret with this one
 * (coturn's `use-auth-secret`), each browser gets a user name and a password of its own that end by themselves:
 * who copies them out of a page cannot relay for long.
 */
import { createHmac } from "node:crypto";
import type { ServerClock } from "./server-clock.ts";

/** As a browser's RTCPeerConnection takes it. */
export interface IceServer {
  readonly urls: string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface IceSettings {
  /** The same for everybody. */
  readonly fixed: readonly IceServer[];
  /** TURN servers for which credentials are made; null where there are none of this kind. */
  readonly turn: { readonly urls: readonly string[]; readonly secret: string } | null;
}

/**
 * How long a page's credentials are good, in seconds: a TURN server asks for them when a pair begins, and goes on
 * with it after they have ended. Twice the time after which everybody gets new ones, so that even a page which
 * has just missed those can begin a pair.
 */
export const CREDENTIAL_SECONDS = 7_200;
export const RENEW_SECONDS = CREDENTIAL_SECONDS / 2;

/**
 * Credentials for one user, good until `expiry` (unix seconds, whole).
 *
 * Law: `username` is `expiry:id` and `credential` is base64(HMAC-SHA1(secret, username)), as in
 * draft-uberti-behave-turn-rest-00, section 2.2.
 */
export function turnCredential(
  secret: string,
  id: string,
  expiry: number,
): { username: string; credential: string } {
  const username = `${expiry}:${id}`;
  return { username, credential: createHmac("sha1", secret).update(username).digest("base64") };
}

/** What one browser is told, with credentials that are good for `seconds` from `unixMs` on. */
export function iceServersFor(
  { fixed, turn }: IceSettings,
  id: string,
  unixMs: number,
  seconds: number = CREDENTIAL_SECONDS,
): IceServer[] {
  const servers = fixed.map((server) => ({ ...server }));
  if (turn === null) return servers;
  const expiry = Math.floor(unixMs / 1_000) + seconds;
  return [...servers, { urls: [...turn.urls], ...turnCredential(turn.secret, id, expiry) }];
}

/** What those in one room are told, and when they are told it anew. */
export class RoomIce {
  readonly #room: string;
  readonly #settings: IceSettings;
  readonly #clock: ServerClock;
  #renewedAt: number;

  constructor(room: string, settings: IceSettings, clock: ServerClock) {
    this.#room = room;
    this.#settings = settings;
    this.#clock = clock;
    this.#renewedAt = clock.now();
  }

  servers(actor: number): IceServer[] {
    return iceServersFor(this.#settings, `${this.#room}.${actor}`, this.#clock.unixMs());
  }

  /** True once each time that everybody is to be given new credentials: who stays outlives those of the welcome. */
  renews(): boolean {
    const now = this.#clock.now();
    if (this.#settings.turn === null || now - this.#renewedAt < RENEW_SECONDS) return false;
    this.#renewedAt = now;
    return true;
  }
}
