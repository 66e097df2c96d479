/** Up the ladder and down again while two people play and edit all the time. */
import { expect, onTestFinished, test } from "vitest";
import { join } from "../../signaling/test-client.ts";
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
const TAPE = 18;
/** On each rung everybody hears so many more edits of the other's before the room goes on. */
const EDITS_A_RUNG = 5;

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
  readonly badge: string[];
  readonly start: () => void;
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

/** In the page: from its start an edit each 250 ms, on a track that nobody hears. */
function installPlayer({ track, pitch }: { track: number; pitch: number }): void {
  const { tutti } = window;
  if (!tutti) throw new Error("the page has no inspector");
  const self = tutti.inspect().self?.actor;
  const badge: string[] = [];
  const read = (): void => {
    const text = document.querySelector("[data-rungs]")?.textContent;
    if (text && text !== badge.at(-1)) badge.push(text);
  };
  read();
  new MutationObserver(read).observe(document.querySelector("footer") ?? document.body, {
    subtree: true,
    childList: true,
    characterData: true,
  });
  let timer: ReturnType<typeof setInterval> | undefined;
  const edit = (): void => {
    tutti.dispatch({ type: "NOTE_TOGGLE", track, step: player.made % 16, pitch });
    player.made += 1;
  };
  const player: EditingPlayer = {
    made: 0,
    heard: [],
    badge,
    start: () => (timer = setInterval(edit, 250)),
    stop: () => clearInterval(timer),
  };
  window.player = player;
  tutti.onApplied(({ actor, seq }) => {
    if (actor !== self) player.heard.push(seq);
  });
}

/** What is a sentence on the badge, and not a rung's name. */
const isNotice = (text: string): boolean => text.endsWith(".");

/** The names that the badge read, one after the other: between a name and itself stands a notice. */
const namesOf = (badge: readonly string[]): string[] =>
  badge.filter((text) => !isNotice(text)).filter((name, i, names) => name !== names[i - 1]);

const readPlayer = (page: JamPage) =>
  page.page.evaluate(() => {
    const { made = 0, heard = [], badge = [] } = window.player ?? {};
    return { made, heard: [...heard], badge: [...badge] };
  });

/** The badge of both has told of this rung, and they go on editing on it. */
async function playOn(pages: readonly JamPage[], notice: string): Promise<void> {
  const playOnHere = async (page: JamPage): Promise<void> => {
    let player = await readPlayer(page);
    await until(
      async () => {
        player = await readPlayer(page);
        return player.badge.at(-1) === notice;
      },
      { what: `"${notice}"`, timeoutMs: 30_000, detail: () => JSON.stringify(player) },
    );
    const before = player.heard.length;
    await until(async () => (await readPlayer(page)).heard.length >= before + EDITS_A_RUNG, {
      what: `the other's edits after "${notice}"`,
      timeoutMs: 30_000,
    });
  };
  await Promise.all(pages.map(playOnHere));
}

/**
 * Every beat once: none is missing, none comes twice, neither after the other nor on top of it. How exact they are
 * other tests ask: a headless device on a busy machine loses some of its own time.
 */
function expectEveryBeatOnce({ samples, sampleRate }: Recording): void {
  // What rings when the tape begins rises out of nothing, again and again.
  const found = onsets(samples, sampleRate).filter((time) => time > BEAT);
  const gaps = found.slice(1).map((time, i) => time - (found[i] ?? 0));
  expect(found.length).toBeGreaterThanOrEqual(Math.floor(TAPE / BEAT) - 2);
  for (const gap of gaps)
    expect(Math.abs(gap - BEAT), gaps.map((each) => each.toFixed(3)).join(" ")).toBeLessThan(BEAT / 4);
  const peaks = found.slice(0, -1).map((time) => {
    const from = Math.floor(time * sampleRate);
    return samples
      .subarray(from, from + 0.1 * sampleRate)
      .reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  });
  expect(Math.max(...peaks) / Math.min(...peaks)).toBeLessThan(1.4);
}

/** What the engine has counted as wrong so far. */
const faults = (pages: readonly JamPage[]) =>
  Promise.all(
    pages.map(async (page) => {
      const { late, missed, phaseJumps } = (await page.inspect()).engine;
      return { late, missed, phaseJumps };
    }),
  );

test(
  "[RNG7] from the relay to the mesh, to the SFU and back to the relay: no edit and no note is lost or doubled",
  listening(90_000),
  async () => {
    const room = await createRoom(house.server.url, "auto");
    const behindWall = async (link: string, name: string): Promise<JamPage> => {
      const page = await guest(house, link, name, (context) => context.addInitScript(buildWall));
      // Whatever comes of it: pages that went on playing would starve every test after this one.
      onTestFinished(() => page.context.close());
      return page;
    };
    const [a, b] = await Promise.all([behindWall(room.leader, "Ann"), behindWall(room.performer, "Bo")]);
    const both = [a, b];
    const joinIn = (page: JamPage) => page.press("Join the jam").then(() => page.whenJamming());
    await Promise.all(both.map(joinIn));
    const kick = await onlyKick(a);
    await a.press("Play");
    for (const page of both) await page.untilInspect("the jam to play", (state) => state.transport.beat > 1);
    const muted = (await a.inspect()).document.tracks.find(({ id }) => id !== kick)?.id ?? 0;
    for (const [i, page] of both.entries())
      await page.page.evaluate(installPlayer, { track: muted, pitch: 90 + i });
    for (const page of both) await page.page.evaluate(() => window.player?.start());

    const before = await faults(both);
    const tapes = Promise.all(both.map((page) => page.tap(TAPE)));
    // Whatever fails meanwhile says more than a tape that was cut off by it.
    tapes.catch(() => undefined);
    for (const page of both) await page.page.evaluate(() => window.wall?.open());
    await playOn(both, "Edits go directly now.");
    // An audience brings the room to the SFU.
    const { client } = await join(house.server.url, room.listener);
    onTestFinished(() => client.socket.close());
    await playOn(both, "Edits go through the SFU now.");
    for (const page of both) await page.page.evaluate(() => window.wall?.shut());
    await playOn(both, "Edits go through the server now.");
    const arrived = (await a.inspect()).clock.roomTime ?? Number.POSITIVE_INFINITY;
    const recordings = await tapes;
    for (const page of both) await page.page.evaluate(() => window.player?.stop());
    await untilAlike(a, b);

    for (const { roomTime } of recordings)
      expect(arrived - roomTime, "seconds of the journey, on the tape").toBeLessThan(TAPE);
    expect(await faults(both)).toEqual(before);
    for (const [i, page] of both.entries()) {
      const other = both[1 - i] as JamPage;
      const { made } = await readPlayer(other);
      const { heard, badge } = await readPlayer(page);
      expect(new Set(heard).size).toBe(heard.length);
      expect(heard.length).toBe(made);
      expect(namesOf(badge)).toEqual(["Relay", "Mesh", "SFU", "Relay"]);
      expect(badge.filter(isNotice)).toEqual([
        "Edits go directly now.",
        "Edits go through the SFU now.",
        "Edits go through the server now.",
      ]);
      expectEveryBeatOnce(recordings[i] as Recording);
    }
  },
);
