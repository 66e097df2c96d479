/** What happens in the life of a room: reloads, restarts, second tabs, listeners, hostile frames. */
import { expect, test } from "vitest";
import { untilAlike } from "./support/alike.ts";
import { JamPage } from "./support/browser.ts";
import { soundingShare } from "./support/listening.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { listening } from "./support/machine.ts";

const house = openHouse();

const inspected = (link: string) => link.replace("#", "?inspect#");

test("[E2E3] a reload is the same member with the same document", async () => {
  const room = await createRoom(house.server.url, "auto");
  const a = await JamPage.open(house.browser, inspected(room.leader));
  await a.press("Join the jam");
  await a.whenJamming();
  await a.dispatch({ type: "TEMPO_SET", tempo: 97 });
  await a.cell("Snare step 4").click();
  const before = await a.untilInspect("everything acknowledged", (state) => state.unacknowledged === 0);

  expect(a.page.url()).not.toContain(new URL(room.leader).hash);
  await a.page.reload();
  const after = await a.untilInspect("the room", (state) => state.self !== null);
  expect(after.self?.id).toBe(before.self?.id);
  expect(after.self?.role).toBe("leader");
  expect(after.self?.actor).not.toBe(before.self?.actor);
  expect(after.document).toEqual(before.document);
  expect(after.transport.tempo).toBe(97);
  await a.context.close();
}, 60_000);

test(
  "[E2E4] nobody's music stops while the server restarts, and edits made meanwhile arrive",
  listening(120_000),
  async () => {
    const room = await createRoom(house.server.url, "relay");
    const [a, b] = [
      await JamPage.open(house.browser, inspected(room.leader)),
      await JamPage.open(house.browser, inspected(room.performer)),
    ];
    for (const page of [a, b]) {
      await page.press("Join the jam");
      await page.whenJamming();
    }
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

test("[E2E5] two tabs of one person are two actors and one member, and 200 edits each end in one digest", async () => {
  const room = await createRoom(house.server.url, "auto");
  const a = await JamPage.open(house.browser, inspected(room.performer));
  await a.press("Join the jam");
  await a.whenJamming();
  const b = await JamPage.openIn(a.context, inspected(room.performer));
  await b.untilInspect("the score in the second tab", (state) => state.document.tracks.length > 0);
  await b.page.getByText("You have this jam open in another tab.").waitFor();
  const [stateA, stateB] = [await a.inspect(), await b.inspect()];
  expect([stateA.engine.state, stateB.engine.state]).toEqual(["running", "off"]);
  expect(stateA.self?.id).toBe(stateB.self?.id);
  expect(stateA.self?.actor).not.toBe(stateB.self?.actor);

  const edit = (page: JamPage, salt: number) =>
    page.page.evaluate((offset) => {
      const tutti = window.tutti;
      const tracks = tutti?.inspect().document.tracks ?? [];
      for (let i = 0; i < 200; i++) {
        const track = tracks[(i * 7 + offset) % tracks.length]?.id ?? 0;
        tutti?.dispatch({
          type: "NOTE_TOGGLE",
          track,
          step: (i * 5 + offset) % 16,
          pitch: 36 + ((i * 3) % 24),
        });
      }
    }, salt);
  await Promise.all([edit(a, 0), edit(b, 3)]);
  await untilAlike(a, b);
  expect((await a.inspect()).counters.sent.edits).toBe(200);
  await a.context.close();
}, 60_000);

test("[E2E6] a listener hears the jam and can change nothing", async () => {
  const room = await createRoom(house.server.url, "auto");
  const a = await JamPage.open(house.browser, inspected(room.leader));
  await a.press("Join the jam");
  await a.whenJamming();
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
}, 60_000);
