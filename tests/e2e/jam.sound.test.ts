/** The main job, end to end: two people, one document, one beat, over each kind of link. */
import { describe, expect, test } from "vitest";
import type { Topology } from "#shared/protocol/messages.ts";
import { JamPage } from "./support/browser.ts";
import { onlyKick } from "./support/kick.ts";
import { expectInPhase, onsetTimes, recordTogether } from "./support/listening.ts";
import { inspected, join } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";
import { listening } from "./support/machine.ts";

const house = openHouse();

/** B's clock may be made wrong. */
async function openPair(topology: Topology, optionsOfB: string): Promise<[JamPage, JamPage]> {
  const room = await createRoom(house.server.url, topology);
  const pages = await Promise.all([
    JamPage.open(house.browser, inspected(room.leader)),
    JamPage.open(house.browser, inspected(room.performer).replace("?inspect", `?inspect${optionsOfB}`)),
  ]);
  await join(...pages);
  return pages;
}

describe.each(["relay", "mesh", "sfu"] as const)("in a %s room", (topology) => {
  test(
    `[E2E1] two people edit one document and hear one beat (${topology})`,
    listening(120_000),
    async () => {
      const [a, b] = await openPair(topology, "&local-clock=5,200");
      if (topology !== "relay") {
        for (const page of [a, b]) {
          await page.untilInspect(
            `the ${topology} to carry edits`,
            (state) => state.peers[0]?.link === topology,
          );
        }
      }

      const cell = "Kick step 4";
      await until(async () => (await a.cell(cell).getAttribute("aria-pressed")) === "false", {
        what: "an empty step",
      });
      await a.cell(cell).click();
      await until(async () => (await b.cell(cell).getAttribute("aria-pressed")) === "true", {
        what: "A's edit on B",
      });

      await onlyKick(a);
      await a.press("Play");
      for (const page of [a, b])
        await page.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);
      const [tapA, tapB] = await recordTogether([a, b], 3);
      expectInPhase(tapA, tapB, 4);
      const before = onsetTimes(tapA).length;

      const kick = (await b.inspect()).document.tracks.find((track) => track.name === "Kick");
      const pitch = kick?.notes[0]?.pitch ?? 36;
      const notes = [0, 2, 4, 6, 8, 10, 12, 14].map((step) => ({ step, pitch, velocity: 110 }));
      await b.dispatch({ type: "PATTERN_UPDATE", track: kick?.id ?? 0, length: 16, notes });
      await a.untilInspect(
        "B's edit",
        (state) => state.document.tracks.find((t) => t.id === kick?.id)?.notes.length === 8,
      );
      const beat = (await a.inspect()).transport.beat;
      await a.untilInspect("the edit to sound", (state) => state.transport.beat > beat + 1);
      const [tapOfEdit] = await recordTogether([a], 3);
      expect(onsetTimes(tapOfEdit).length).toBeGreaterThan(before * 1.6);

      await b.press("Stop");
      for (const page of [a, b]) {
        await page.untilInspect("the jam to stop", (state) => !state.transport.playing);
        await page.cell("Play").waitFor();
      }
      for (const page of [a, b]) {
        expect((await page.inspect()).engine.late).toBe(0);
        expect(page.errors).toEqual([]);
      }
      await a.context.close();
      await b.context.close();
    },
  );
});

test(
  "[E2E2] a jam made on the landing page is joined by its link, also late",
  listening(120_000),
  async () => {
    const a = await JamPage.open(house.browser, `${house.server.url}/?inspect`);
    await a.press("Create a jam");
    await a.whenJamming();
    await until(() => a.page.url().includes("/r/"), { what: "the room's link in the address bar" });
    expect(await a.page.getByRole("button", { name: "Join the jam" }).count()).toBe(0);
    expect((await a.inspect()).self?.role).toBe("leader");

    const b = await JamPage.open(house.browser, a.page.url());
    await b.press("Join the jam");
    await b.whenJamming();
    expect((await b.inspect()).self?.role).toBe("performer");

    await a.page.keyboard.press("Space");
    await b.untilInspect("the jam to play", (state) => state.transport.playing && state.transport.beat > 0);
    await a.untilInspect("everything acknowledged", (state) => state.unacknowledged === 0);
    const before = (await a.inspect()).counters.sent.edits;

    // Somebody comes late, in the middle of a bar.
    const c = await JamPage.open(house.browser, a.page.url());
    await c.press("Join the jam");
    await c.whenJamming();
    await onlyKick(a);
    const edits = (await a.inspect()).counters.sent.edits;
    await c.untilInspect("A's last edit", (state) => state.document.tracks[0]?.notes.length === 4);
    const [tapA, tapC] = await recordTogether([a, c], 3);
    expectInPhase(tapA, tapC, 4);
    expect(edits - before).toBe((await a.inspect()).document.tracks.length);

    for (const page of [a, b, c]) {
      const { counters, engine, self } = await page.inspect();
      expect(engine.late).toBe(0);
      if (self?.role !== "leader") expect(counters.sent.edits).toBe(0);
      expect(page.errors).toEqual([]);
      await page.context.close();
    }
  },
);
