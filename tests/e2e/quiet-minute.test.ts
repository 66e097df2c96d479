/** What playing sends: nothing. It waits out a minute and listens to no sound, so that it may run beside others. */
import { expect, test } from "vitest";
import { players } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";

const house = openHouse("--sfu-workers", "0");

test("[E2E2] a minute of playing sends no edits", async () => {
  const room = await createRoom(house.server.url, "mesh");
  const [a, b] = await players(house, room.leader, room.performer);
  for (const page of [a, b]) await page.untilInspect("the mesh", ({ peers }) => peers[0]?.link === "mesh");
  await a.page.keyboard.press("Space");
  // A bar: on a busy machine the press itself is sent and acknowledged twice in its first moments.
  await b.untilInspect("the jam to play", ({ transport }) => transport.playing && transport.beat > 4);
  const from = await Promise.all(
    [a, b].map((page) => page.untilInspect("everything acknowledged", (state) => state.unacknowledged === 0)),
  );
  const since = from[0]?.clock.roomTime ?? 0;
  await a.untilInspect("60 s of playing", ({ clock }) => (clock.roomTime ?? 0) > since + 60, 90_000);
  for (const [i, page] of [a, b].entries()) {
    const { counters, transport } = await page.inspect();
    expect(transport.playing).toBe(true);
    for (const kind of ["edits", "repair", "journal", "acks"] as const)
      expect(counters.sent[kind], kind).toBe(from[i]?.counters.sent[kind]);
    expect(page.errors).toEqual([]);
    await page.context.close();
  }
}, 180_000);
