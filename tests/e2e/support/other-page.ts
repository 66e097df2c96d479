/** A server with another page than the one that was built, on the same port: what a later version is to a browser. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHandler, sendError } from "../../../signaling/http.ts";
import type { TestServer } from "./server.ts";

/** The server is down while `act` goes on, and only a page of this text is there; then it is up again. */
export async function withOtherPage(
  server: TestServer,
  text: string,
  act: () => Promise<void>,
): Promise<void> {
  const distDir = mkdtempSync(join(tmpdir(), "tutti-page-"));
  writeFileSync(join(distDir, "index.html"), `<!doctype html><title>Tutti</title><p>${text}</p>`);
  await server.down();
  const away = (_: unknown, response: Parameters<typeof sendError>[0]): void =>
    sendError(response, 503, "AWAY", "The server is away.");
  const handler = createHandler({
    api: away,
    problems: async () => ["away"],
    workers: () => null,
    pages: {},
    distDir,
  });
  const page = createServer((request, response) => void handler(request, response));
  page.listen(Number(new URL(server.url).port), "127.0.0.1");
  await once(page, "listening");
  try {
    await act();
  } finally {
    page.closeAllConnections();
    page.close();
    await once(page, "close");
    rmSync(distDir, { recursive: true });
    await server.up();
  }
}
