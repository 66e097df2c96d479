/** A knob that one person turns, for the other: on the screen, in the counters and in the sound. */
import { expect, test } from "vitest";
import type { JamPage } from "./support/browser.ts";
import { guest } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

const knob = (jam: JamPage) => jam.page.getByRole("slider", { name: "Cutoff" }).first();
const shown = async (jam: JamPage) => Number(await knob(jam).getAttribute("aria-valuenow"));

/** What hands need is fetched when the sound is on. */
const whenHandsAreHere = (jam: JamPage) =>
  until(
    () =>
      jam.page.evaluate(() =>
        performance.getEntriesByType("resource").some(({ name }) => name.includes("live-hands")),
      ),
    { what: "the code of live hands" },
  );

test.each(["relay", "mesh"] as const)(
  "[LIV14] over %s a knob turned on one page turns on the other, by frames and one edit",
  async (rung) => {
    const room = await createRoom(house.server.url, rung);
    const pages = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
    const [ann, bo] = pages as [JamPage, JamPage];
    for (const jam of pages) {
      await jam.press("Join the jam");
      await jam.whenJamming();
      await whenHandsAreHere(jam);
      await jam.page.getByRole("button", { name: "Open Bass", exact: true }).click();
      await knob(jam).waitFor();
    }
    if (rung === "mesh") {
      for (const jam of pages)
        await jam.untilInspect("the mesh", ({ peers }) => peers.some((peer) => peer.link === "mesh"));
    }
    const before = await Promise.all(pages.map((jam) => jam.inspect()));
    const start = await shown(bo);
    const seen = new Set<number>();
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) seen.add(await shown(bo));
    })();
    const box = (await knob(ann).boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await ann.page.mouse.move(x, y);
    await ann.page.mouse.down();
    for (let step = 1; step <= 60; step++) {
      await ann.page.mouse.move(x, y + step * 2);
      await ann.page.waitForTimeout(10);
    }
    const [duringAnn, duringBo] = await Promise.all(pages.map((jam) => jam.inspect()));
    await until(async () => (await shown(bo)) === (await shown(ann)) || seen.size > 20, {
      what: "it to turn",
    });
    expect(duringAnn!.counters.sent.edits).toBe(before[0]!.counters.sent.edits);
    expect(duringAnn!.counters.sent.live).toBeGreaterThan(before[0]!.counters.sent.live + 10);
    expect(duringBo!.counters.received.live).toBeGreaterThan(before[1]!.counters.received.live + 10);
    await ann.page.mouse.up();
    const after = await bo.untilInspect(
      "the edit",
      ({ counters }) => counters.received.edits > before[1]!.counters.received.edits,
    );
    over.abort();
    await watching;
    expect(after.counters.received.edits).toBe(before[1]!.counters.received.edits + 1);
    await until(async () => (await shown(bo)) === (await shown(ann)), { what: "the same value" });
    expect((await bo.inspect()).document.digest).toBe((await ann.inspect()).document.digest);
    expect(await shown(bo)).not.toBe(start);
    expect(seen.size).toBeGreaterThan(8);
    for (const { errors } of pages) expect(errors).toEqual([]);
    for (const { context } of pages) await context.close();
  },
  90_000,
);
