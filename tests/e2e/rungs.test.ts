/** Up the ladder and down again while two people play and edit all the time. */
import { expect, onTestFinished, test } from "vitest";
import type { Rung } from "#shared/protocol/messages.ts";
import { NodePeers } from "../peers/node-peer.ts";
import { onsets } from "./onsets.ts";
import { untilAlike } from "./support/alike.ts";
import type { JamPage } from "./support/browser.ts";
import { guest } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { onlyKick } from "./support/kick.ts";
import { listening } from "./support/machine.ts";
import type { Recording } from "./support/recording.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

const TEMPO = 124;
const BEAT = 60 / TEMPO;
/** Longer than the journey; what is not on the tape is not judged. Seconds. */
const TAPE = 40;
/** On each rung everybody hears so many edits of the other's before it goes on. */
const EDITS_A_RUNG = 20;

declare global {
  interface Window {
    /** A wall between this browser and every other, by which nothing but the WebSocket gets. */
    wall?: { readonly open: () => void; readonly shut: () => void };
    player?: EditingPlayer;
  }
}

interface EditingPlayer {
  made: number;
  /** Numbers of the other's edits, as they were applied here. */
  readonly heard: number[];
  /** What the badge read, each time it changed. */
  readonly badge: (string | undefined)[];
  readonly stop: () => void;
}

/** In the page before its own scripts: peer connections find nobody until the wall opens, and end when it shuts. */
function buildWall(): void {
  const made: RTCPeerConnection[] = [];
  let open = (): void => {};
  let opened = new Promise<void>((resolve) => (open = resolve));
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(this);
    }
    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      await opened;
      await super.setRemoteDescription(description);
    }
  };
  window.wall = {
    open: () => open(),
    shut: () => {
      opened = new Promise((resolve) => (open = resolve));
      for (const connection of made) connection.close();
    },
  };
}

/** In the page: an edit each 100 ms, on a track that nobody hears, until it is stopped. */
function startEditing({ track, pitch }: { track: number; pitch: number }): void {
  const { tutti } = window;
  if (!tutti) throw new Error("the page has no inspector");
  const self = tutti.inspect().self?.actor;
  const badgeText = () => document.querySelector("[data-rungs]")?.textContent ?? undefined;
  const badge = [badgeText()];
  new MutationObserver(() => {
    const text = badgeText();
    if (text !== badge.at(-1)) badge.push(text);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  const timer = setInterval(() => {
    tutti.dispatch({ type: "NOTE_TOGGLE", track, step: player.made % 16, pitch });
    player.made += 1;
  }, 100);
  const player: EditingPlayer = { made: 0, heard: [], badge, stop: () => clearInterval(timer) };
  window.player = player;
  tutti.onApplied(({ actor, seq }) => {
    if (actor !== self) player.heard.push(seq);
  });
}

const readPlayer = (page: JamPage) =>
  page.page.evaluate(() => {
    const { made = 0, heard = [], badge = [] } = window.player ?? {};
    return { made, heard: [...heard], badge: [...badge] };
  });

/** Both hear each other on this rung, and go on editing on it. */
async function playOn(pages: readonly JamPage[], rung: Rung): Promise<void> {
  for (const page of pages)
    await page.untilInspect(`the ${rung}`, (state) => state.peers[0]?.link === rung, 60_000);
  for (const page of pages) {
    const heard = async () => (await readPlayer(page)).heard.length;
    const before = await heard();
    await until(async () => (await heard()) >= before + EDITS_A_RUNG, {
      what: `the other's edits on the ${rung}`,
      timeoutMs: 60_000,
    });
  }
}

/** Every beat once: none is missing, none comes twice, neither after the other nor on top of it. */
function expectEveryBeatOnce({ samples, sampleRate }: Recording): void {
  const found = onsets(samples, sampleRate).filter((time) => time > 0.01);
  const gaps = found.slice(1).map((time, i) => time - (found[i] ?? 0));
  expect(found.length).toBeGreaterThanOrEqual(Math.floor(TAPE / BEAT) - 1);
  for (const gap of gaps)
    expect(Math.abs(gap - BEAT) * 1_000, gaps.map((each) => each.toFixed(3)).join(" ")).toBeLessThan(10);
  const peaks = found.slice(0, -1).map((time) => {
    const from = Math.floor(time * sampleRate);
    return samples
      .subarray(from, from + 0.1 * sampleRate)
      .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  });
  expect(Math.max(...peaks) / Math.min(...peaks)).toBeLessThan(1.4);
}

test(
  "[DLV81] from the relay to the mesh, to the SFU and back to the relay: no edit and no note is lost or doubled",
  listening(240_000),
  async () => {
    const room = await createRoom(house.server.url, "auto");
    const [a, b] = [
      await guest(house, room.leader, "Ann", (context) => context.addInitScript(buildWall)),
      await guest(house, room.performer, "Bo", (context) => context.addInitScript(buildWall)),
    ];
    const both = [a, b];
    for (const page of both) {
      await page.press("Join the jam");
      await page.whenJamming();
    }
    const kick = await onlyKick(a);
    await a.press("Play");
    for (const page of both) await page.untilInspect("the jam to play", (state) => state.transport.beat > 4);
    const muted = (await a.inspect()).document.tracks.find(({ id }) => id !== kick)?.id ?? 0;
    for (const [i, page] of both.entries())
      await page.page.evaluate(startEditing, { track: muted, pitch: 90 + i });

    const tapes = Promise.all(both.map((page) => page.tap(TAPE)));
    // Whatever fails meanwhile says more than a tape that was cut off by it.
    tapes.catch(() => undefined);
    await playOn(both, "relay");
    for (const page of both) await page.page.evaluate(() => window.wall?.open());
    await playOn(both, "mesh");
    // An audience brings the room to the SFU.
    const audience = new NodePeers(room.listener, 1);
    onTestFinished(() => audience.close());
    await playOn(both, "sfu");
    for (const page of both) await page.page.evaluate(() => window.wall?.shut());
    await playOn(both, "relay");
    const arrived = (await a.inspect()).clock.roomTime ?? Number.POSITIVE_INFINITY;
    const recordings = await tapes;
    for (const page of both) await page.page.evaluate(() => window.player?.stop());
    await untilAlike(a, b);

    for (const { roomTime } of recordings)
      expect(arrived - roomTime, "seconds of the journey, on the tape").toBeLessThan(TAPE);
    for (const [i, page] of both.entries()) {
      const other = both[1 - i] as JamPage;
      const { made } = await readPlayer(other);
      const { heard, badge } = await readPlayer(page);
      expect(new Set(heard).size).toBe(heard.length);
      expect(heard.length).toBe(made);
      expect(badge).toEqual(["Relay", "Mesh", "SFU", "Relay"]);
      const { engine } = await page.inspect();
      expect(engine).toMatchObject({ late: 0, missed: 0, phaseJumps: 0 });
      expectEveryBeatOnce(recordings[i] as Recording);
    }
    for (const page of both) await page.context.close();
  },
);
