/**
 * Locks in virtual time: a leader locks and unlocks while everybody edits. The simulated tabs do not heed a
 * lock themselves, as a modified client would not: what keeps their writes out is the server and the others.
 */
import { describe, expect, test } from "vitest";
import type { RegisterKey, Write } from "#shared/document/delta.ts";
import { keyId, trackOf } from "#shared/document/keys.ts";
import type { JamDocument } from "#shared/document/document.ts";
import { FIRST } from "./play.ts";
import { type Rung, SimulatedJam } from "./jam.ts";
import { World } from "./world.ts";

const SEEDS = Number(process.env["SIM_SEEDS"] ?? 60);
const TIMEOUT = 300_000;
const LOCK: RegisterKey = { kind: "trackLock", track: 1 };
const ALL: RegisterKey = { kind: "setting", setting: "lock" };

function jamOf(seed: number, rung: Rung): SimulatedJam {
  const world = new World(seed);
  const weather = {
    delay: world.between(0.005, 0.1),
    jitter: world.between(0, 0.1),
    loss: world.chance(0.5) ? 0 : world.between(0, 0.2),
    duplication: world.between(0, 0.1),
  };
  const jam = new SimulatedJam(world, { rung, first: FIRST, tabs: 5, slowDisk: 0.2, weather });
  jam.start();
  return jam;
}

function conduct(jam: SimulatedJam, write: Write): void {
  jam.hub.writeAsServer([write], jam.roomMs);
  jam.pump();
}

/** Until all have the same, or it is given up. */
function agree(jam: SimulatedJam): string[] {
  const differences = () =>
    jam.tabs.flatMap(({ actor, spoke }) =>
      spoke.unacknowledged === 0 &&
      spoke.replica.vector.hash() === jam.hub.tip() &&
      spoke.digest === jam.hub.document.digest()
        ? []
        : [`actor ${actor} differs`],
    );
  const end = jam.world.now + 60;
  while (jam.world.now < end && differences().length > 0) jam.world.runUntil(jam.world.now + 0.5);
  return differences();
}

/** What stands in a track, and who wrote it. */
const registersOf = (document: JamDocument, track: number): string[] =>
  [...document.registers()]
    .filter(({ key }) => trackOf(key) === track && key.kind !== "trackLock")
    .map(({ key, stamp }) => `${keyId(key)} ${stamp.time}.${stamp.counter}@${stamp.actor}`)
    .toSorted();

describe.each(["relay", "mesh", "sfu"] as const)("on the rung %s", (rung) => {
  test(`[LEAD13] with locks that come and go all replicas agree (${rung})`, { timeout: TIMEOUT }, () => {
    let sentBack = 0;
    for (let seed = 1; seed <= SEEDS / 3; seed++) {
      const jam = jamOf(seed, rung);
      const { world } = jam;
      for (let i = 0; i < 80; i++) world.after(world.between(1, 8), () => jam.edit(world.pick(jam.tabs)));
      for (let i = 0; i < 6; i++)
        world.after(world.between(1, 8), () =>
          conduct(jam, { key: world.pick([LOCK, ALL]), value: world.chance(0.6) }),
        );
      if (world.chance(0.3)) world.after(world.between(2, 7), () => jam.restart());
      world.runUntil(8);
      expect(agree(jam), `seed ${seed}`).toEqual([]);
      sentBack += jam.tabs.reduce((sum, tab) => sum + tab.sentBack, 0);
    }
    expect(sentBack).toBeGreaterThan(SEEDS / 3);
  });

  test(`[LEAD14] nobody but a leader changes what is locked, at no replica in the end (${rung})`, {
    timeout: TIMEOUT,
  }, () => {
    for (let seed = 1; seed <= SEEDS / 3; seed++) {
      const jam = jamOf(seed, rung);
      const { world } = jam;
      const edit = (count: number) => {
        for (let i = 0; i < count; i++)
          world.after(world.between(0, 4), () => jam.edit(world.pick(jam.tabs.slice(1))));
      };
      edit(40);
      world.runUntil(4);
      expect(agree(jam)).toEqual([]);
      conduct(jam, { key: LOCK, value: true });
      edit(60);
      world.runUntil(world.now + 0.4);
      const before = registersOf(jam.hub.document, 1);
      // A stamp of long ago: on its first round it counts by its arrival all the same.
      for (const tab of jam.tabs.slice(1)) tab.clockError = -3;
      world.runUntil(world.now + 5);
      for (const tab of jam.tabs) tab.fixClock();
      expect(agree(jam), `seed ${seed}`).toEqual([]);
      expect(registersOf(jam.hub.document, 1)).toEqual(before);
      for (const { spoke } of jam.tabs) expect(registersOf(spoke.replica.document, 1)).toEqual(before);
      // The leader's count, by every way.
      const [leader] = jam.tabs;
      leader?.commit([{ key: { kind: "track", track: 1, field: "volume" }, value: 0.123 }], false);
      expect(agree(jam)).toEqual([]);
      expect(
        jam.tabs.every(({ spoke }) =>
          spoke.replica.document.jam().tracks.every(({ id, volume }) => id !== 1 || volume === 0.123),
        ),
      ).toBe(true);
    }
  });
});

test("[LEAD14] a peer that sees the lock lets nothing in that does not come from the server", () => {
  const jam = jamOf(3, "mesh");
  jam.world.runUntil(5);
  conduct(jam, { key: LOCK, value: true });
  // It is in force once it is stored.
  jam.world.runUntil(6);
  expect(agree(jam)).toEqual([]);
  const [, author, peer] = jam.tabs;
  const before = registersOf(jam.hub.document, 1);
  // The server is not heard: only the pair is left.
  for (const tab of jam.tabs) tab.disconnect();
  author?.commit([{ key: { kind: "track", track: 1, field: "volume" }, value: 0.4 }], false);
  author?.commit([{ key: { kind: "track", track: 2, field: "volume" }, value: 0.4 }], false);
  jam.world.runUntil(jam.world.now + 5);
  const document = peer?.spoke.replica.document;
  expect(document && registersOf(document, 1)).toEqual(before);
  expect(document?.jam().tracks.find(({ id }) => id === 2)?.volume).toBe(0.4);
  for (const tab of jam.tabs) tab.connect();
  expect(agree(jam)).toEqual([]);
  expect(author?.sentBack).toBe(1);
  expect(author && registersOf(author.spoke.replica.document, 1)).toEqual(before);
});
