/**
 * The built page without its server: what a browser has when it opens a page from its cache. It stands in
 * on the server's own port and answers neither the API nor a WebSocket.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { createHandler, sendError } from "../../../signaling/http.ts";
import type { TestServer } from "./server.ts";

const DIST = join(import.meta.dirname, "../../../dist");

/** The server is down while `act` goes on, and only its page is there; then it is up again. */
export async function withPageAlone(server: TestServer, act: () => Promise<void>): Promise<void> {
  await server.down();
  const away = (_: unknown, response: Parameters<typeof sendError>[0]): void =>
    sendError(response, 503, "AWAY", "The server is away.");
  const handler = createHandler({ api: away, problems: async () => ["away"], pages: {}, distDir: DIST });
  const page = createServer((request, response) => void handler(request, response));
  page.listen(Number(new URL(server.url).port), "127.0.0.1");
  await once(page, "listening");
  try {
    await act();
  } finally {
    page.closeAllConnections();
    page.close();
    await once(page, "close");
    await server.up();
  }
}
