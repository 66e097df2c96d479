/**
 * The page where its server is not: what the build has made is kept in the browser, and stands in when the
 * network does not answer. The server's own page always comes first, so that no old one hides a new one.
 * Nothing of a jam goes through here: that is kept by `state/offline.ts`.
 *
 * A newer worker waits until no page of this one is open (it never calls `skipWaiting`), so the files of a page
 * that plays stay where they are, and no jam is reloaded under anybody's hands.
 */
import { routeOf } from "./routes.ts";

/** What the library for windows does not declare of a service worker's scope. */
interface Lifecycle extends Event {
  waitUntil(work: Promise<unknown>): void;
  addRoutes?(rules: readonly object[]): Promise<void>;
}
interface Fetching extends Lifecycle {
  readonly request: Request;
  /** The browser's own request for a page, begun before this worker was awake. */
  readonly preloadResponse?: Promise<Response | undefined>;
  respondWith(response: Promise<Response>): void;
}
interface Scope {
  addEventListener(name: "install" | "activate", listener: (event: Lifecycle) => void): void;
  addEventListener(name: "fetch", listener: (event: Fetching) => void): void;
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly navigationPreload?: { enable(): Promise<void> } };
}

/** Written in by the build (`vite/service-worker.ts`); `files` are paths. */
declare const TUTTI_BUILD: { readonly version: string; readonly files: readonly string[] };

const scope = globalThis as unknown as Scope;
const { version, files } = TUTTI_BUILD;
const known = new Set(files);
const PREFIX = "tutti.page.";
const CACHE = PREFIX + version;
const PAGE = "/";
/** A server that has not answered by then is done without: nobody waits longer for a jam that is here. ms. */
const DEADLINE_MS = 3_000;

scope.addEventListener("install", (event) => {
  event.waitUntil(install());
  // The network is asked beside this worker, so that nobody waits for it to wake; the first good answer counts.
  const source = "race-network-and-fetch-handler";
  const routes = ["/assets/*", "/supersonic/*"].map((pathname) => ({
    condition: { urlPattern: { pathname }, requestMethod: "GET" },
    source,
  }));
  event.addRoutes?.(routes).catch(() => undefined);
});
scope.addEventListener("activate", (event) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  switch (routeOf(event.request, location.origin, known)) {
    case "page":
      return event.respondWith(serverFirst(event, PAGE));
    case "file":
      return event.respondWith(serverFirst(event, new URL(event.request.url).pathname));
    case "hashed":
      return event.respondWith(keptFirst(event.request));
    case null:
  }
});

/** One after another: a jam is playing meanwhile. What the page has fetched comes from the browser's own cache. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const path of [PAGE, ...files])
    await cache.add(new Request(path, { cache: path.startsWith("/assets/") ? "default" : "no-cache" }));
}

async function activate(): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  // So that waking this worker delays no page.
  await scope.registration.navigationPreload?.enable();
  await scope.clients.claim();
}

const kept = async (path: string): Promise<Response | undefined> =>
  (await caches.open(CACHE)).match(path, { ignoreVary: true });

async function keptFirst(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request);
}

/** What is kept counts when the server is away, silent for too long, or broken (a proxy before it says so). */
async function serverFirst(event: Fetching, path: string): Promise<Response> {
  const answer = ask(event);
  // The browser's own request must not be dropped when the deadline has passed.
  event.waitUntil(answer.catch(() => undefined));
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), DEADLINE_MS));
  const usable = answer.then(
    (response) => (response.status < 500 ? response : null),
    () => null,
  );
  return (await Promise.race([usable, late])) ?? (await kept(path)) ?? answer;
}

const ask = async ({ preloadResponse, request }: Fetching): Promise<Response> =>
  (await preloadResponse) ?? fetch(request);
