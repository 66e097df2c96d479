/**
 * The HTTP side: health, the API and the built page, all under one set of headers. The page is isolated
 * (COOP, COEP) so that the engine may share memory, and under a policy that runs nothing but our own.
 */
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import sirv from "sirv";
import type { SfuWorkerReport } from "./sfu-port.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss: blob: data:",
  "style-src 'self'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": POLICY,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  response.end(text);
}

export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { code, message } });
}

export const pathOf = (request: IncomingMessage): string => (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";

export interface HttpParts {
  /** Everything under `/api/`. */
  readonly api: Handler;
  /** Why the server cannot take people now; empty when it can. */
  readonly problems: () => Promise<readonly string[]>;
  /** What the SFU carries, by its workers; null where there is none. */
  readonly workers: () => readonly SfuWorkerReport[] | null;
  /** Further pages by their path. */
  readonly pages: Readonly<Record<string, Handler>>;
  readonly distDir: string;
}

export function createHandler(parts: HttpParts): Handler {
  const page = servePage(parts.distDir);
  return async (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const path = pathOf(request);
    if (path === "/api" || path.startsWith("/api/")) return parts.api(request, response);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "Only GET and HEAD are answered here.");
    }
    if (path === "/healthz") return sendJson(response, 200, { alive: true });
    if (path === "/readyz") {
      const reasons = await parts.problems();
      const ready = reasons.length === 0;
      const workers = parts.workers();
      return sendJson(response, ready ? 200 : 503, { ready, reasons, ...(workers && { workers }) });
    }
    const own = Object.hasOwn(parts.pages, path) ? parts.pages[path] : undefined;
    return own ? own(request, response) : page(request, response);
  };
}

/** Files with their content's hash in their name never change. */
const HASHED = /^\/assets\//;
const ROOM_PAGE = /^\/r\/[\w-]+\/?$/;

function servePage(distDir: string): Handler {
  if (!existsSync(join(distDir, "index.html")))
    return (_request, response) =>
      sendText(response, 404, "The page is not built yet: run `npm run build`.\n");
  const files = sirv(distDir, {
    etag: true,
    brotli: true,
    gzip: true,
    setHeaders: (response, path) =>
      response.setHeader(
        "Cache-Control",
        HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
      ),
  });
  return (request, response) => {
    if (ROOM_PAGE.test(pathOf(request))) request.url = "/";
    files(request, response, () => sendText(response, 404, "There is nothing here.\n"));
  };
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  response.end(text);
}
