import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leastLoaded, loadOf, restartDelayMs, ROUTER_LOAD, roomyHall } from "./placement.ts";

describe("leastLoaded", () => {
  const workers = fc.array(fc.record({ isFree: fc.boolean(), load: fc.nat(20) }));

  test("[SFU1] a router goes to a living worker that none carries less than", () => {
    fc.assert(
      fc.property(workers, (loads) => {
        const index = leastLoaded(loads);
        const free = loads.filter((load) => load.isFree);
        if (index === null) return free.length === 0;
        const chosen = loads[index];
        return chosen?.isFree === true && free.every((load) => load.load >= chosen.load);
      }),
    );
  });

  test("takes the first of equals", () => {
    expect(
      leastLoaded([
        { isFree: true, load: 1 },
        { isFree: true, load: 1 },
      ]),
    ).toBe(0);
  });
});

test("[SFU1] a worker carries its consumers, and a router counts before people have come", () => {
  const consumers = fc.array(fc.nat(1_000), { minLength: 1 });
  fc.assert(
    fc.property(consumers, (each) => {
      const sum = each.reduce((total, count) => total + count, 0);
      const load = loadOf(each);
      return load >= sum && load >= ROUTER_LOAD * each.length && load > loadOf(each.slice(1));
    }),
  );
  // Ten rooms that have just been made are more than one small jam.
  expect(loadOf(Array.from({ length: 10 }, () => 0))).toBeGreaterThan(loadOf([45]));
  expect(loadOf([400])).toBeGreaterThan(loadOf([20, 20, 20]));
});

test("[SFU16] a newcomer goes into the first hall below the limit, and past it asks for another", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 20 }), (consumers, limit) => {
      const index = roomyHall(consumers, limit);
      if (index === null) return consumers.every((each) => each >= limit);
      return (consumers[index] ?? limit) < limit && consumers.slice(0, index).every((each) => each >= limit);
    }),
  );
});

test("[SFU2] a worker that keeps dying is started again after 0.2 s, doubling to 15 s at most", () => {
  expect(restartDelayMs(0, 0)).toBe(200);
  expect(restartDelayMs(1, 0)).toBe(400);
  fc.assert(
    fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const delay = restartDelayMs(failures, random);
      return delay >= 200 && delay <= 15_000;
    }),
  );
});
