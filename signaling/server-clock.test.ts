import { expect, test } from "vitest";
import { roomClock, serverClock } from "./server-clock.ts";

const at = (unixMs: number) => ({ now: () => 0, unixMs: () => unixMs, epoch: 1 });

test("[SRV1] room time is seconds since the room was made", () => {
  expect(roomClock(at(61_500), 60_000, 0)()).toBeCloseTo(1.5, 9);
});

test("[SRV2] room time never falls below the last saved, also when the wall clock went back", () => {
  expect(roomClock(at(61_500), 60_000, 9_000)()).toBe(9);
  expect(roomClock(at(90_000), 60_000, 9_000)()).toBe(30);
});

test("[SRV3] the server's clock never goes back and each life has its own epoch", () => {
  const [first, second] = [serverClock(), serverClock()];
  const time = roomClock(first, first.unixMs(), 0);
  let last = time();
  for (let i = 0; i < 1000; i++) {
    const next = time();
    expect(next).toBeGreaterThanOrEqual(last);
    last = next;
  }
  expect(first.epoch).not.toBe(second.epoch);
});
