import { expect, test } from "vitest";
import { until } from "../tests/e2e/support/until.ts";
import { roomClock, serverClock } from "./server-clock.ts";

const at = (unixMs: number) => ({ now: () => 0, unixMs: () => unixMs, epoch: 1, delay: () => 0 });

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

test("[SRV4] the server says how late its thread comes to what has arrived", async () => {
  const clock = serverClock();
  expect(clock.delay()).toBeGreaterThanOrEqual(0);
  await until(
    () => {
      // A thread that is busy for 60 ms and free for a moment, as one that saves a large room would be.
      const end = performance.now() + 60;
      while (performance.now() < end);
      return clock.delay() > 0.03;
    },
    { what: "a delay of half of that", timeoutMs: 10_000 },
  );
});
