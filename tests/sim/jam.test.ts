import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import { type Rung, SimulatedJam } from "./jam.ts";
import { FIRST, play } from "./play.ts";
import { playSeeds } from "./seeds.ts";
import type { Tab } from "./sim-tab.ts";
import { World } from "./world.ts";

/** `npm test` asks for more; `npm run sim` plays as many as one likes. */
const SEEDS = Number(process.env["SIM_SEEDS"] ?? 60);
/** Virtual seconds cost real ones on a busy machine; nothing here is timed. */
const TIMEOUT = 300_000;

test(`[DLV1] every replica ends up with every edit, whatever happens, in ${SEEDS} seeds`, {
  timeout: TIMEOUT,
}, async () => {
  const { edits, failed } = await playSeeds({ from: 1, count: SEEDS, threads: availableParallelism() });
  expect(failed).toEqual([]);
  expect(edits).toBeGreaterThan(SEEDS * 50);
});

test("[DLV1] a seed replays exactly", { timeout: TIMEOUT }, () => {
  const told = (seed: number) => {
    const lines: string[] = [];
    return { ...play(seed, (line) => lines.push(line)), lines };
  };
  expect(told(11)).toEqual(told(11));
});

test("[COD4] a clock far ahead in a young room is misread, but never as from before the room was made (seed 5)", () => {
  const stamp = { time: 105_926, counter: 0, actor: 1 };
  const bytes = encodeDelta(
    { actor: 1, seq: 1, stamp, writes: [] },
    { explicitActor: false, nowMs: 105_926 },
  );
  const read = decodeDelta(bytes, { actor: 1, nowMs: 6_000, highestSeq: () => 0 });
  expect(read.ok && read.value.stamp.time).toBe(105_926 - 0x1_0000);
});

/** Seconds that a frame takes at most on a good network. */
const HOP = 0.045;

function goodJam(rung: Rung): SimulatedJam {
  const weather = { delay: 0.03, jitter: 0.01, loss: 0, duplication: 0 };
  const jam = new SimulatedJam(new World(1), { rung, first: FIRST, weather, slowDisk: 0, tabs: 5 });
  jam.start();
  // Until the fast path is open and each has reported whom it hears, the server is the way.
  jam.world.runUntil(5);
  return jam;
}

function expectAgreement(jam: SimulatedJam): void {
  for (const { spoke } of jam.tabs) {
    expect(spoke.unacknowledged).toBe(0);
    expect(spoke.digest).toBe(jam.hub.document.digest());
    expect(spoke.replica.document.jam()).toEqual(jam.hub.document.jam());
  }
}

test("[DLV10] on a good network the server repeats nothing that the fast path brings, and nothing goes twice", {
  timeout: TIMEOUT,
}, () => {
  for (const rung of ["mesh", "sfu"] as const) {
    const jam = goodJam(rung);
    const { forwarded, datagrams, edits } = jam;
    for (const tab of jam.tabs)
      for (let i = 0; i < 50; i++) jam.world.after(jam.world.between(0, 10), () => jam.edit(tab));
    jam.world.runUntil(20);
    expectAgreement(jam);
    expect(jam.edits - edits).toBeGreaterThan(100);
    expect(jam.forwarded - forwarded).toBe(0);
    const each = (jam.datagrams - datagrams) / (jam.edits - edits) / (jam.tabs.length - 1);
    // A little above 1 for the few edits that go in parts.
    expect(each).toBeGreaterThanOrEqual(1);
    expect(each).toBeLessThan(1.1);
  }
});

test("[RNG5] while a room changes its rung, each comes to it in its time and no edit waits out the server's grace", {
  timeout: TIMEOUT,
}, () => {
  const jam = goodJam("relay");
  (["mesh", "sfu", "mesh", "relay", "sfu", "relay"] as const).forEach((rung, index) =>
    jam.world.after(index * 4, () => jam.changeRung(rung)),
  );
  let slow: string[] = [];
  let edits = 0;
  const editAndWatch = (author: Tab): void => {
    const { actor, spoke } = author;
    const before = spoke.replica.vector.highest(actor);
    jam.edit(author);
    const seq = spoke.replica.vector.highest(actor);
    if (seq === before) return;
    edits += 1;
    const { now } = jam.world;
    // By way of the server it takes two hops, and none waits for another.
    jam.world.after(2 * HOP, () => {
      const late = jam.tabs.filter((tab) => !tab.spoke.replica.vector.has(actor, seq));
      slow = [...slow, ...late.map((tab) => `${actor} → ${tab.actor} at ${now.toFixed(2)}`)];
    });
  };
  for (const tab of jam.tabs)
    for (let i = 0; i < 200; i++) jam.world.after(jam.world.between(0, 26), () => editAndWatch(tab));
  jam.world.runUntil(35);
  expectAgreement(jam);
  expect(edits).toBeGreaterThan(500);
  expect(slow).toEqual([]);
});

test("[DLV42] relay, mesh, SFU and back under edits: nothing is lost", { timeout: TIMEOUT }, () => {
  const jam = goodJam("relay");
  (["mesh", "sfu", "relay", "sfu", "mesh", "relay"] as const).forEach((rung, index) =>
    jam.world.after(index * 2, () => jam.changeRung(rung)),
  );
  for (const tab of jam.tabs)
    for (let i = 0; i < 60; i++) jam.world.after(jam.world.between(0, 13), () => jam.edit(tab));
  jam.world.runUntil(25);
  expectAgreement(jam);
  const kept = jam.tabs.reduce((sum, { actor }) => sum + jam.hub.vector.highest(actor), 0);
  expect(kept).toBe(jam.edits);
});
