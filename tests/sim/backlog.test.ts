/** What has gathered where nobody could be reached comes into the room: whole, in time, and without ending the connection. */
import { expect, test } from "vitest";
import type { Write } from "#shared/document/delta.ts";
import { PACE } from "#shared/document/pace.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { type Rung, SimulatedJam } from "./jam.ts";
import type { Tab } from "./sim-tab.ts";
import { World } from "./world.ts";

const WEATHER = { delay: 0.02, jitter: 0.005, loss: 0.02, duplication: 0 };
const COUNT = LIMITS.unsentDeltas;
/** Two seconds on a machine with nothing else to do. */
const TIMEOUT_MS = 120_000;

const toggle = (i: number): Write[] => [
  {
    key: { kind: "note", track: 1, pattern: (i >> 10) & 15, step: i % 64, pitch: 40 + ((i >> 6) & 15) },
    value: { velocity: 1 + (i % 100), gate: 1, probability: 1, ratchet: 1 },
  },
];

function jamOf(rung: Rung): SimulatedJam {
  return new SimulatedJam(new World(1), {
    rung,
    first: firstWrites(),
    weather: WEATHER,
    slowDisk: 0.1,
    tabs: 3,
  });
}

/** Virtual seconds until `isDone`, within `most`. */
function secondsUntil({ world }: SimulatedJam, isDone: () => boolean, most: number): number {
  const start = world.now;
  while (!isDone() && world.now < start + most) world.runUntil(world.now + 0.25);
  return world.now - start;
}

const delivered = (jam: SimulatedJam, tab: Tab) => () =>
  tab.spoke.unacknowledged === 0 && jam.tabs.every(({ spoke }) => spoke.digest === jam.hub.document.digest());

const CASES = [
  { rung: "relay", hasRoomTime: true },
  { rung: "relay", hasRoomTime: false },
  { rung: "mesh", hasRoomTime: true },
  { rung: "sfu", hasRoomTime: false },
] as const;

for (const { rung, hasRoomTime } of CASES)
  test(
    `[PAC1] 10,000 edits made ${hasRoomTime ? "offline" : "before the first lock"} all come in, at the pace, on the ${rung}`,
    () => {
      const jam = jamOf(rung);
      const [tab] = jam.tabs;
      if (!tab) throw new Error("no tab");
      jam.start();
      jam.world.runUntil(3);
      tab.disconnect();
      if (!hasRoomTime) tab.clockError = null;
      jam.changeRung("relay");
      jam.world.runUntil(6);
      for (let i = 0; i < COUNT; i++) tab.commit(toggle(i), false);
      expect([tab.spoke.unacknowledged, tab.spoke.canCommit]).toEqual([COUNT, false]);
      jam.world.runUntil(10);
      tab.clockError = 0;
      tab.connect();
      jam.changeRung(rung);
      const took = secondsUntil(jam, delivered(jam, tab), 120);
      expect(delivered(jam, tab)()).toBe(true);
      expect(jam.hub.vector.highest(tab.actor)).toBe(COUNT);
      expect(took).toBeLessThan(COUNT / PACE.perSecond + 10);
      expect(jam.replaced).toBe(0);
    },
    TIMEOUT_MS,
  );

test(
  "[PAC2] an edit made while an earlier life's backlog drains does not wait behind it",
  () => {
    const jam = jamOf("relay");
    const [tab, other] = jam.tabs;
    if (!tab || !other) throw new Error("no tabs");
    jam.start();
    jam.world.runUntil(3);
    tab.disconnect();
    for (let i = 0; i < 2_000; i++) tab.commit(toggle(i), false);
    const { actor } = tab;
    const kept = tab.spoke.unconfirmed();
    jam.gone(tab);
    tab.begin();
    tab.earlier = [actor];
    tab.connect();
    tab.spoke.offerEarlier(kept, jam.world.now);
    jam.world.runUntil(jam.world.now + 2);
    for (let i = 1; i <= 20; i++) {
      tab.commit(toggle(i), false);
      secondsUntil(jam, () => other.spoke.replica.vector.has(tab.actor, i), 0.25);
      expect(other.spoke.replica.vector.has(tab.actor, i)).toBe(true);
    }
    expect(jam.hub.vector.highest(actor)).toBeLessThan(2_000);
    secondsUntil(jam, delivered(jam, tab), 30);
    expect([jam.hub.vector.highest(actor), tab.spoke.unacknowledged]).toEqual([2_000, 0]);
  },
  TIMEOUT_MS,
);
