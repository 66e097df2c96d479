/** Which requests the service worker answers, and in which way. Pure: it knows addresses, and nothing of caches. */

/** Files with their content's hash in their name. */
const HASHED = /^\/assets\//;
/** The addresses at which the server hands out the page itself. */
const PAGE = /^\/(?:r\/[\w-]+\/?)?$/;

/**
 * "page": the page, whichever room it is for. "file": a file of this build that may be another one tomorrow.
 * "hashed": one that never changes. Null for everything else, which goes to the server untouched.
 */
export type Route = "page" | "file" | "hashed" | null;

export interface Asked {
  readonly method: string;
  readonly url: string;
  /** `Request.mode`. */
  readonly mode: string;
}

/** `files`: the paths of this build. */
export function routeOf({ method, url, mode }: Asked, origin: string, files: ReadonlySet<string>): Route {
  const address = new URL(url);
  if (method !== "GET" || address.origin !== origin) return null;
  if (mode === "navigate") return PAGE.test(address.pathname) ? "page" : null;
  if (!files.has(address.pathname)) return null;
  return HASHED.test(address.pathname) ? "hashed" : "file";
}
