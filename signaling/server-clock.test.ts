import { expect, test } from "vitest";
import { RoomTimekeeper } from "./room-time.ts";
import { serverClock } from "./server-clock.ts";

const at = (unixMs: number) => ({ now: () => 0, unixMs: () => unixMs, epoch: 1, delay: () => 0 });

test("[SRV1] room time is seconds since the room was made", () => {
  expect(new RoomTimekeeper(at(61_500), 60_000, 0).now()).toBeCloseTo(1.5, 9);
});

test("[SRV2] room time never falls below the last saved, also when the wall clock went back", () => {
  expect(new RoomTimekeeper(at(61_500), 60_000, 9_000).now()).toBe(9);
  expect(new RoomTimekeeper(at(90_000), 60_000, 9_000).now()).toBe(30);
});

test("[SRV5] the first who held room time over is believed, and the next life of the server too", () => {
  const keeper = new RoomTimekeeper(at(100_000), 60_000, 0);
  expect(keeper.inherit({ roomTime: 47.5, errorBound: 0.01 })).toBe(true);
  expect(keeper.now()).toBe(47.5);
  expect(keeper.inherit({ roomTime: 99, errorBound: 0.01 })).toBe(false);
  expect(new RoomTimekeeper(at(101_000), keeper.createdMs, 0).now()).toBe(48.5);
});

test("[SRV5] who knows it badly, by a hair's breadth otherwise, or from elsewhere changes nothing", () => {
  for (const held of [
    { roomTime: 41, errorBound: 0.2 },
    { roomTime: 40.001, errorBound: 0.01 },
    { roomTime: 9_000, errorBound: 0.01 },
  ]) {
    const keeper = new RoomTimekeeper(at(100_000), 60_000, 0);
    expect(keeper.inherit(held)).toBe(false);
    expect(keeper.now()).toBe(40);
  }
});

test("[SRV5] once somebody was told the time nobody moves it", () => {
  const keeper = new RoomTimekeeper(at(100_000), 60_000, 0);
  expect(keeper.told()).toBe(40);
  expect(keeper.inherit({ roomTime: 47.5, errorBound: 0.01 })).toBe(false);
});

test("[SRV3] the server's clock never goes back and each life has its own epoch", () => {
  const [first, second] = [serverClock(), serverClock()];
  const keeper = new RoomTimekeeper(first, first.unixMs(), 0);
  let last = keeper.now();
  for (let i = 0; i < 1000; i++) {
    const next = keeper.now();
    expect(next).toBeGreaterThanOrEqual(last);
    last = next;
  }
  expect(first.epoch).not.toBe(second.epoch);
});

test("[SRV4] the server says how late its thread comes to what has arrived", async () => {
  const clock = serverClock();
  expect(clock.delay()).toBeGreaterThanOrEqual(0);
  // A thread that is busy for 60 ms at a time, as one that saves large rooms would be.
  for (let turn = 0; turn < 50 && clock.delay() < 0.03; turn++) {
    const end = performance.now() + 60;
    while (performance.now() < end);
    await new Promise(setImmediate);
  }
  expect(clock.delay()).toBeGreaterThanOrEqual(0.03);
});
