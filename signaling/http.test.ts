/** What a browser is served over plain HTTP: the page, its files, and headers with every answer. */
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHandler } from "./http.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

test("[API5] every answer isolates the page", async () => {
  for (const path of ["/", "/r/abc", "/api/x", "/healthz"]) {
    const { headers } = await fetch(`${house.server.url}${path}`);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toContain("'wasm-unsafe-eval'");
  }
});

test("[SFU28] whether it is ready is told with what each worker carries, to its operator", async () => {
  const carried = { alive: true, routers: 2, transports: 9, pipes: 1, producers: 8, consumers: 40 };
  const parts = {
    api: () => undefined,
    problems: async () => [],
    workers: () => [carried],
    pages: {},
    distDir: "nowhere",
  };
  const server = createServer((request, response) => void createHandler(parts)(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect(await response.json()).toEqual({ ready: true, reasons: [], workers: [carried] });
  server.close();
});

test("[API7] the page is served for every room, hashed files for ever, packed ones packed", async () => {
  await house.server.close();
  const dist = join(house.dataDir, "dist");
  await mkdir(join(dist, "assets"), { recursive: true });
  await writeFile(join(dist, "index.html"), "<title>Tutti</title>");
  await writeFile(join(dist, "check.html"), "<title>Check</title>");
  await writeFile(join(dist, "listen.html"), "<title>Listen</title>");
  await writeFile(join(dist, "assets", "a-1234.js"), "plain");
  await writeFile(join(dist, "assets", "a-1234.js.br"), "packed");
  await house.start();
  for (const path of ["/", "/?inspect", "/r/abc", "/r/abc?inspect", "/index.html"]) {
    const response = await fetch(`${house.server.url}${path}`);
    expect(await response.text()).toBe("<title>Tutti</title>");
    expect(response.headers.get("cache-control")).toBe("no-cache");
  }
  const check = await fetch(`${house.server.url}/check`);
  expect(await check.text()).toBe("<title>Check</title>");
  expect(check.headers.get("cache-control")).toBe("no-cache");
  for (const path of ["/l/abc", "/l/abc/", "/l/abc?inspect"])
    expect(await (await fetch(`${house.server.url}${path}`)).text()).toBe("<title>Listen</title>");
  const script = await fetch(`${house.server.url}/assets/a-1234.js`, {
    headers: { "accept-encoding": "identity" },
  });
  expect(await script.text()).toBe("plain");
  expect(script.headers.get("cache-control")).toContain("immutable");
  const packed = await fetch(`${house.server.url}/assets/a-1234.js`, {
    method: "HEAD",
    headers: { "accept-encoding": "br" },
  });
  expect(packed.headers.get("content-encoding")).toBe("br");
  for (const path of ["/r/a/b", "/l/a/b", "/l/", "/nothing", "/../secret", "/%2e%2e/secret", "/%"])
    expect((await fetch(`${house.server.url}${path}`)).status).toBe(404);
});
