/** Where a request came from, and the links it is given: `ORIGIN/r/ROOM#TOKEN`, a listener's `ORIGIN/l/ROOM#TOKEN`. */
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { Links, Role } from "#shared/protocol/messages.ts";
import { inUrl } from "./addresses.ts";
import type { Tokens } from "./tokens.ts";

export interface OriginOptions {
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
}

const HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/;

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const first = Array.isArray(value) ? value[0] : value?.split(",")[0];
  return first?.trim() || undefined;
}

/** The origin that links start with. A host that is no host gives one that only this computer can open. */
export function requestOrigin(request: IncomingMessage, options: OriginOptions): string {
  if (options.publicUrl) return options.publicUrl;
  const isSecure = (request.socket as TLSSocket).encrypted;
  const proto = (options.trustProxy && header(request, "x-forwarded-proto")) || (isSecure ? "https" : "http");
  const host = (options.trustProxy && header(request, "x-forwarded-host")) || header(request, "host") || "";
  const { localPort = 80, localFamily } = request.socket;
  const own = `${inUrl(localFamily === "IPv6" ? "::1" : "127.0.0.1")}:${localPort}`;
  return `${proto === "https" ? "https" : "http"}://${HOST.test(host) ? host : own}`;
}

/** The address of who asks: the one that the nearest proxy saw, where proxies are believed. */
export function requestAddress(request: IncomingMessage, options: OriginOptions): string {
  const forwarded = request.headers["x-forwarded-for"];
  const seen = (Array.isArray(forwarded) ? forwarded.join(",") : forwarded)?.split(",").at(-1)?.trim();
  return (options.trustProxy && seen) || request.socket.remoteAddress || "unknown";
}

const BELOW: Readonly<Record<Role, readonly Role[]>> = {
  leader: ["leader", "performer", "listener"],
  performer: ["performer", "listener"],
  listener: ["listener"],
};

/** The page a role's link opens: the jam, or for an audience one that is small. */
const PAGE: Readonly<Record<Role, string>> = { leader: "r", performer: "r", listener: "l" };

export interface LinkRequest {
  readonly origin: string;
  readonly room: string;
  readonly generations: Readonly<Record<Role, number>>;
  /** Unix seconds. */
  readonly now: number;
}

/** The links of `role` and of every role below it, with tokens that are good for another 90 days. */
export async function linksFor(role: Role, request: LinkRequest, tokens: Tokens): Promise<Links> {
  const { origin, room, generations, now } = request;
  const link = async (of: Role) =>
    `${origin}/${PAGE[of]}/${room}#${await tokens.sign({ room, role: of, generation: generations[of] }, now)}`;
  const entries = BELOW[role].map(async (of) => [of, await link(of)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Links;
}
