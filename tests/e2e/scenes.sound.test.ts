/** Patterns, scenes and the chain, end to end: one makes them, another calls them, and both hear the same. */
import { expect, test } from "vitest";
import type { JamPage } from "./support/browser.ts";
import { players } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { expectInPhase, onsetTimes, recordTogether } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";

const house = openHouse("--sfu-workers", "0");
/** Quick, so that short recordings hold several bars. */
const TEMPO = 180;

test(
  "[SCN6] a pattern and a scene that A makes B calls while it plays, and both sound the same from then on",
  listening(180_000),
  async () => {
    const room = await createRoom(house.server.url, "mesh");
    const [a, b] = await players(house, room.leader, room.performer);
    const { tracks } = (await a.inspect()).document;
    const kick = tracks.find(({ name }) => name === "Kick");
    if (!kick) throw new Error("the first jam has no kick");
    for (const { id } of tracks)
      if (id !== kick.id) await a.dispatch({ type: "TRACK_SET", track: id, muted: true });
    const pitch = kick.notes[0]?.pitch ?? 36;
    const fill = (steps: readonly number[]) =>
      a.dispatch({
        type: "PATTERN_UPDATE",
        track: kick.id,
        length: 16,
        notes: steps.map((step) => ({ step, pitch, velocity: 110 })),
      });
    await fill([0, 8]);
    await a.press("Store as scene 1");
    await a.press("Open Kick");
    await a.press("Copy the pattern of Kick to the next free one");
    await fill([0, 4, 8, 12]);
    await a.press("Store as scene 2");
    await a.press("Scene 1");
    const selected = (jam: JamPage, pattern: number) =>
      jam.untilInspect(
        `pattern ${pattern}`,
        ({ document }) => document.tracks.find(({ id }) => id === kick.id)?.pattern === pattern,
      );
    await selected(b, 0);

    await a.dispatch({ type: "TEMPO_SET", tempo: TEMPO });
    await a.press("Play");
    for (const page of [a, b])
      await page.untilInspect("the jam to play", ({ transport }) => transport.beat > 0.5);
    const [slowA, slowB] = await recordTogether([a, b], 2.5);
    expectInPhase(slowA, slowB, 2);

    await b.press("Scene 2");
    await selected(a, 1);
    const { beat } = (await a.inspect()).transport;
    await a.untilInspect("the scene to sound", ({ transport }) => transport.beat > beat + 2);
    const [fastA, fastB] = await recordTogether([a, b], 2.5);
    expectInPhase(fastA, fastB, 5);
    expect(onsetTimes(fastA).length).toBeGreaterThan(1.5 * onsetTimes(slowA).length);

    // The chain: a bar of each, which who comes in the middle hears as the others do.
    const entries = [0, 1].map((scene) => ({ scene, bars: 1 }));
    await b.dispatch({ type: "CHAIN_SET", entries, on: true });
    await a.untilInspect("the chain", ({ document }) => document.chain.on);
    const [late] = await players(house, room.performer);
    const [chainA, chainLate] = await recordTogether([a, late], 4);
    expectInPhase(chainA, chainLate, 4);
    const gaps = onsetTimes(chainA)
      .slice(1)
      .map((time, at) => time - (onsetTimes(chainA)[at] ?? 0));
    const bar = 240 / TEMPO;
    expect(gaps.some((gap) => Math.abs(gap - bar / 2) < 0.02)).toBe(true);
    expect(gaps.some((gap) => Math.abs(gap - bar / 4) < 0.02)).toBe(true);

    await a.press("Stop");
    for (const page of [a, b, late]) {
      expect((await page.inspect()).engine.late).toBe(0);
      expect(page.errors).toEqual([]);
      await page.context.close();
    }
  },
);
