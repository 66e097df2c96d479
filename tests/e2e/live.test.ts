/** A knob that one person turns, for the other: on the screen and in the counters. */
import { expect, test } from "vitest";
import { openHouse } from "./support/house.ts";
import { knob, pair, shown } from "./support/turning.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

/** Ann turns this knob, and Bo sees it turn. */
async function turn(rung: "relay" | "mesh" | "sfu", name: string): Promise<void> {
  const pages = await pair(house, rung);
  const [ann, bo] = pages;
  const before = await Promise.all(pages.map((jam) => jam.inspect()));
  const start = await shown(bo, name);
  const seen = new Set<number>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) seen.add(await shown(bo, name));
  })();
  await knob(ann, name).scrollIntoViewIfNeeded();
  const box = (await knob(ann, name).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await ann.page.mouse.move(x, y);
  await ann.page.mouse.down();
  for (let step = 1; step <= 60; step++) {
    await ann.page.mouse.move(x, y + step * 2);
    await ann.page.waitForTimeout(10);
  }
  const [duringAnn, duringBo] = await Promise.all(pages.map((jam) => jam.inspect()));
  await until(async () => (await shown(bo, name)) === (await shown(ann, name)) || seen.size > 20, {
    what: "it to turn",
  });
  await until(async () => (await knob(bo, name).getAttribute("data-near")) !== null, {
    what: "Ann's grip",
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
  await until(async () => (await shown(bo, name)) === (await shown(ann, name)), { what: "the same value" });
  expect((await bo.inspect()).document.digest).toBe((await ann.inspect()).document.digest);
  expect(await shown(bo, name)).not.toBe(start);
  expect(seen.size).toBeGreaterThan(8);
  for (const { errors } of pages) expect(errors).toEqual([]);
  for (const { context } of pages) await context.close();
}

test.each(["relay", "mesh", "sfu"] as const)(
  "[LIV14] over %s a knob turned on one page turns on the other, by frames and one edit",
  (rung) => turn(rung, "Cutoff"),
  90_000,
);

test(
  "[LIV18] the feedback of the room's echo turned on one page turns on the other, by frames and one edit",
  () => turn("relay", "Echo feedback"),
  90_000,
);
