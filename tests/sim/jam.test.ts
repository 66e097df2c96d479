import { describe, expect, test } from "vitest";
import type { Write } from "#shared/document/delta.ts";
import { SimulatedJam, type Topology } from "./jam.ts";

const SEEDS = 200;
/** Virtual seconds cost real ones on a busy machine; nothing here is timed. */
const TIMEOUT = 120_000;
const replayed = process.env["SIM_SEED"];
const seeds =
  replayed === undefined ? Array.from({ length: SEEDS }, (_, index) => index + 1) : [Number(replayed)];

const FIRST: Write[] = [1, 2].flatMap((track): Write[] => [
  { key: { kind: "track", track, field: "alive" }, value: true },
  { key: { kind: "track", track, field: "instrument" }, value: "kick" },
  { key: { kind: "track", track, field: "order" }, value: `V${track}` },
]);

/** Fifteen seconds of editing in bad weather with breakages, then ten of calm. */
function play(seed: number, topology: Topology): SimulatedJam {
  const jam = new SimulatedJam(seed, topology, FIRST);
  const { world } = jam;
  jam.start();
  for (const node of jam.nodes) {
    const edits = world.integer(5, 25);
    for (let i = 0; i < edits; i++) world.after(world.between(0, 15), () => jam.edit(node));
    // A script's burst: more at once than the window of sequence numbers holds.
    if (world.chance(0.1))
      world.after(world.between(2, 14), () => Array.from({ length: 100 }, () => jam.edit(node)));
    if (world.chance(0.4)) {
      const at = world.between(1, 13);
      world.after(at, () => node.disconnect());
      world.after(world.between(at, 15), () => node.connect());
    }
    if (world.chance(0.4)) {
      const at = world.between(1, 13);
      world.after(at, () => jam.setFast(node, true));
      world.after(world.between(at, 15), () => jam.setFast(node, false));
    }
    if (world.chance(0.3))
      world.after(world.between(3, 14), () => {
        for (const other of jam.nodes) other.spoke.peerClosed(node.actor);
        jam.openFastPath(node);
      });
  }
  if (world.chance(0.3)) world.after(world.between(4, 13), () => jam.restart());
  world.runUntil(25);
  return jam;
}

function expectConverged(jam: SimulatedJam, where: string): void {
  for (const { actor, spoke } of jam.nodes) {
    expect(spoke.unacknowledged, `${where}: actor ${actor} still owes`).toBe(0);
    expect(spoke.replica.vector.hash(), `${where}: vector of ${actor}`).toBe(jam.hub.tip());
    expect(spoke.digest, `${where}: digest of ${actor}`).toBe(jam.hub.document.digest());
    expect(spoke.replica.document.jam(), `${where}: jam of ${actor}`).toEqual(jam.hub.document.jam());
  }
  const kept = jam.nodes.reduce((sum, { actor }) => sum + jam.hub.vector.highest(actor), 0);
  expect(kept, `${where}: edits that the server has`).toBe(jam.edits);
}

const TOPOLOGIES: readonly Topology[] = ["relay", "mesh", "sfu"];

/** One seed draws everything, the topology too. */
const topologyOf = (seed: number): Topology => TOPOLOGIES[seed % TOPOLOGIES.length] ?? "relay";

describe("[DLV1] every replica ends up with every edit, whatever the network does", () => {
  for (const topology of TOPOLOGIES) {
    const own = seeds.filter((seed) => topologyOf(seed) === topology);
    test.runIf(own.length > 0)(
      `over ${topology}, ${own.length} of ${seeds.length} seeds`,
      { timeout: TIMEOUT },
      () => {
        for (const seed of own) expectConverged(play(seed, topology), `SIM_SEED=${seed} (${topology})`);
      },
    );
  }
});

test("[DLV10] on a good network the server repeats nothing that the fast path brings", {
  timeout: TIMEOUT,
}, () => {
  for (const topology of ["mesh", "sfu"] as const) {
    const jam = new SimulatedJam(1, topology, FIRST, { delay: 0.03, jitter: 0.01, loss: 0, duplication: 0 });
    jam.start();
    // Until the fast path is open and each has reported whom it hears, the server is the way.
    jam.world.runUntil(5);
    const before = jam.forwarded;
    for (const node of jam.nodes)
      for (let i = 0; i < 50; i++) jam.world.after(jam.world.between(0, 10), () => jam.edit(node));
    jam.world.runUntil(20);
    expectConverged(jam, topology);
    expect(jam.edits).toBeGreaterThan(100);
    expect(jam.forwarded - before).toBe(0);
  }
});
