/** What goes wrong while people play: a path that dies. */
import { expect, test } from "vitest";
import { JamPage, STILL } from "./support/browser.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";

const house = openHouse("--sfu-workers", "1");

declare global {
  interface Window {
    /** Every peer connection that the page has made. */
    peerConnections?: RTCPeerConnection[];
  }
}

/** A page that remembers its peer connections, so that a test can pull the plug. */
async function openPlugged(link: string): Promise<JamPage> {
  const context = await house.browser.newContext({ viewport: { width: 1440, height: 900 }, ...STILL });
  await context.addInitScript(() => {
    const made: RTCPeerConnection[] = [];
    window.peerConnections = made;
    const Real = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
  });
  return JamPage.openIn(context, link.replace("#", "?inspect#"));
}

/** 40 edits from each of these on: two full rows of sixteen, and half of a third. */
const STARTS = [40, 50, 60] as const;
const EDITED = STARTS.flatMap((start) => [start, start + 1, start + 2]);

test.each(["mesh", "sfu"] as const)(
  "[E2E7] when the %s dies under them, edits go on by the relay, none is lost, and the path comes back",
  async (topology) => {
    const room = await createRoom(house.server.url, topology);
    const [a, b] = [await openPlugged(room.leader), await openPlugged(room.performer)];
    for (const page of [a, b]) {
      await page.press("Join the jam");
      await page.whenJamming();
      await page.untilInspect(`the ${topology}`, (state) => state.peers[0]?.link === topology, 30_000);
    }
    const edits = (page: JamPage, from: number) =>
      page.page.evaluate((offset) => {
        const track = window.tutti?.inspect().document.tracks[0]?.id ?? 0;
        for (let i = 0; i < 40; i++)
          window.tutti?.dispatch({
            type: "NOTE_SET",
            track,
            step: i % 16,
            pitch: offset + (i >> 4),
            velocity: 64,
          });
      }, from);
    await edits(a, STARTS[0]);
    await a.page.evaluate(() => {
      for (const connection of window.peerConnections ?? []) connection.close();
    });
    await edits(a, STARTS[1]);
    await edits(b, STARTS[2]);
    for (const page of [a, b])
      await page.untilInspect("every edit, by everybody", (state) => {
        const pitches = new Set(state.document.tracks[0]?.notes.map(({ pitch }) => pitch));
        return state.unacknowledged === 0 && EDITED.every((pitch) => pitches.has(pitch));
      });
    const [one, other] = await Promise.all([a.inspect(), b.inspect()]);
    expect(one.document.digest).toBe(other.document.digest);
    await a.untilInspect(`the ${topology} again`, (state) => state.peers[0]?.link === topology, 60_000);
    await a.context.close();
    await b.context.close();
  },
  120_000,
);
