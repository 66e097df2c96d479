import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leastLoaded, restartDelayMs } from "./placement.ts";

describe("leastLoaded", () => {
  const workers = fc.array(fc.record({ alive: fc.boolean(), rooms: fc.nat(20) }));

  test("[SFU1] a new room goes to a living worker that none has fewer rooms than", () => {
    fc.assert(
      fc.property(workers, (loads) => {
        const index = leastLoaded(loads);
        const living = loads.filter((load) => load.alive);
        if (index === null) return living.length === 0;
        const chosen = loads[index];
        return chosen?.alive === true && living.every((load) => load.rooms >= chosen.rooms);
      }),
    );
  });

  test("takes the first of equals", () => {
    expect(
      leastLoaded([
        { alive: true, rooms: 1 },
        { alive: true, rooms: 1 },
      ]),
    ).toBe(0);
  });
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
