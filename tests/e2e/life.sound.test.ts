/** What is heard of a room's life: over a restart of the server, and by a listener. */
import { expect, test } from "vitest";
import { untilAlike } from "./support/alike.ts";
import { JamPage } from "./support/browser.ts";
import { inspected, players } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { soundingShare } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";

const house = openHouse();

test(
  "[E2E4] nobody's music stops while the server restarts, and edits made meanwhile arrive",
  listening(120_000),
  async () => {
    const room = await createRoom(house.server.url, "relay");
    const [a, b] = await players(house, room.leader, room.performer);
    await a.press("Play");
    await b.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);

    await house.server.down();
    try {
      await a.untilInspect("holdover", (state) => state.clock.state === "holdover");
      await a.cell("Clap step 3").click();
      await b.cell("Kick step 8").click();
      expect(soundingShare(await a.tap(1.5))).toBeGreaterThan(0.9);
    } finally {
      await house.server.up();
    }

    await a.untilInspect("the clock to lock again", (state) => state.clock.state === "locked", 30_000);
    await untilAlike(a, b);
    const [lastA, lastB] = [await a.inspect(), await b.inspect()];
    expect(lastA.document).toEqual(lastB.document);
    expect(lastA.transport.playing && lastB.transport.playing).toBe(true);
    expect(lastA.engine.late + lastB.engine.late).toBe(0);
    await a.context.close();
    await b.context.close();
  },
);

test("[E2E6] a listener hears the jam and can change nothing", listening(60_000), async () => {
  const room = await createRoom(house.server.url, "auto");
  const [a] = await players(house, room.leader);
  const listener = await JamPage.open(house.browser, inspected(room.listener));
  await listener.press("Listen");
  await listener.whenJamming();
  await a.press("Play");
  await listener.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);
  expect(soundingShare(await listener.tap(1.5))).toBeGreaterThan(0.9);

  const before = (await a.inspect()).document.digest;
  const refused = await listener.dispatch({ type: "NOTE_TOGGLE", track: 1, step: 3, pitch: 36 }).then(
    () => null,
    (error: Error) => error.message,
  );
  expect(refused).toContain("FORBIDDEN");
  expect((await listener.inspect()).counters.sent.edits).toBe(0);
  expect((await a.inspect()).document.digest).toBe(before);
  await a.context.close();
  await listener.context.close();
});
