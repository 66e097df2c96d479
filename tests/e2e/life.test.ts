/** What happens in the life of a room: reloads and second tabs. */
import { expect, test } from "vitest";
import { untilAlike } from "./support/alike.ts";
import { JamPage } from "./support/browser.ts";
import { inspected } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";

const house = openHouse();

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
