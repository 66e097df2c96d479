/** A server and a browser for one file of tests, opened before them and closed after. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launch } from "./browser.ts";
import { TestServer } from "./server.ts";

export interface House {
  readonly server: TestServer;
  readonly browser: Browser;
}

/** `flags` are the server's. The result is filled in before the first test runs. */
export function openHouse(...flags: string[]): House {
  const house = {} as { -readonly [K in keyof House]: House[K] };
  beforeAll(async () => {
    [house.server, house.browser] = await Promise.all([TestServer.start(...flags), launch()]);
  }, 60_000);
  // What a failed try left open would play on under the next.
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await Promise.all(house.browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await house.browser?.close();
    await house.server?.close();
  });
  return house;
}
