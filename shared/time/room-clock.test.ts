import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { localAt, NETWORKS, pingAt, type Reading, runClock, weather } from "./clock-simulation.ts";
import { localTime, roomTime } from "./instants.ts";
import { roomTimeAt } from "./course.ts";
import { RoomClock } from "./room-clock.ts";

const lan = weather(NETWORKS.lan, 1);
const right = { offset: 0, ppm: 0 };
const worst = (readings: readonly Reading[], from: number, to = Number.POSITIVE_INFINITY): number =>
  Math.max(...readings.filter(({ time }) => time >= from && time < to).map(({ error }) => Math.abs(error)));

describe("[CLK5] room time is within the error that its network allows", () => {
  // Seconds: at any time after the first, and once the drift is known.
  for (const [name, ppm, early, late] of [
    ["lan", 12, 0.0002, 0.00003],
    ["lan", 833, 0.0004, 0.00003],
    ["wifi", 12, 0.004, 0.001],
    ["wifi", 833, 0.005, 0.001],
    ["wifi", -1000, 0.005, 0.001],
    ["wan", 12, 0.003, 0.0005],
    ["bufferbloat", 12, 0.002, 0.0003],
  ] as const)
    test(`[CLK5] ${name}, local clock ${ppm} ppm off`, () => {
      for (let seed = 1; seed <= 6; seed++) {
        const clock = new RoomClock();
        const readings = runClock(clock, {
          from: 100,
          to: 320,
          error: { offset: 5, ppm },
          weather: weather(NETWORKS[name], seed),
        });
        expect(worst(readings, 101), `seed ${seed}`).toBeLessThan(early);
        expect(worst(readings, 180), `seed ${seed}`).toBeLessThan(late);
        for (const { error, errorBound } of readings) expect(Math.abs(error)).toBeLessThan(errorBound);
      }
    });
});

test("[CLK6] the clock is locked within 1 s of joining, and says so", () => {
  for (const network of Object.values(NETWORKS)) {
    const clock = new RoomClock();
    const error = { offset: 5, ppm: 200 };
    expect(clock.status(localAt(error, 100)).state).toBe("unlocked");
    clock.seed(localAt(error, 100), roomTime(99.97));
    expect(clock.status(localAt(error, 100)).state).toBe("locking");
    runClock(clock, { from: 100, to: 101, error, weather: weather(network, 2) });
    expect(clock.status(localAt(error, 101)).state).toBe("locked");
  }
});

test("[CLK7] 12 pings go in 0.6 s of joining, then 2 a second, then one every 2 s", () => {
  const clock = new RoomClock();
  clock.restart(localTime(10));
  const pings: number[] = [];
  for (let now = localTime(10); pings.length < 60; ) {
    now = clock.nextPingAt(now);
    pings.push(now - 10);
  }
  expect(pings.filter((t) => t <= 0.6).length).toBe(12);
  expect(pings.filter((t) => t > 1 && t <= 2).length).toBe(2);
  expect(pings.filter((t) => t > 20 && t <= 40).length).toBe(10);
  for (const [i, t] of pings.slice(1).entries()) expect(t).toBeGreaterThan(pings[i] ?? 0);
});

test("[CLK7] a timer that fires a little early does not ask for the same ping twice", () => {
  const clock = new RoomClock();
  clock.restart(localTime(0));
  const due = clock.nextPingAt(localTime(20));
  expect(clock.nextPingAt(localTime(due - 0.005))).toBeGreaterThan(due + 1);
});

test("[CLK8] room time never runs backwards within a generation, whatever the network does", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -1000, max: 1000 }), (seed, ppm) => {
      const random = seededRandom(seed);
      const clock = new RoomClock();
      const sky = () => ({ there: 0.05 * random(), back: 0.05 * random() });
      let last = { room: Number.NEGATIVE_INFINITY, generation: 0 };
      for (let time = 0; time < 30; time += 0.3 * random()) {
        const error = { offset: 0, ppm };
        const ping = pingAt(time, error, sky, (t) => roomTime(t + (t > 15 ? 0.015 : 0)));
        if (!ping) continue;
        for (const handle of [false, true]) {
          if (handle) clock.handlePong(ping, 1);
          else if (clock.generation === 0) continue;
          const reading = { room: clock.roomAt(ping.received), generation: clock.generation };
          if (reading.generation === last.generation)
            expect(reading.room).toBeGreaterThanOrEqual(last.room - 1e-9);
          last = reading;
        }
        time += 0.1;
      }
    }),
    { numRuns: 50 },
  );
});

test("[CLK8] a difference up to 20 ms is slewed at 1,000 ppm at most, a larger one stepped", () => {
  for (const [jump, steps] of [
    [0.012, 0],
    [0.05, 1],
  ] as const) {
    const clock = new RoomClock();
    const options = { error: right, weather: lan };
    runClock(clock, { ...options, from: 0, to: 60 });
    const { generation } = clock;
    // The network's own asymmetry shows nothing here: the server of the second life is simply ahead.
    const readings = runClock(clock, {
      ...options,
      from: 60,
      to: 120,
      epoch: 2,
      server: (t) => roomTime(t + jump),
    });
    expect(clock.generation - generation).toBe(steps);
    expect(worst(readings, 80)).toBeLessThan(0.0005);
    for (const [i, { time, error, generation: now }] of readings.slice(1).entries()) {
      const before = readings[i] as Reading;
      if (now === before.generation)
        expect(Math.abs(error - before.error)).toBeLessThan(0.0011 * (time - before.time) + 1e-6);
    }
  }
});

test("[CLK9] a new life of the server changes nothing until five of its samples are there", () => {
  const clock = new RoomClock();
  runClock(clock, { from: 0, to: 30, error: right, weather: lan });
  clock.handleDisconnected(localTime(30));
  expect(clock.status(localTime(30)).state).toBe("holdover");
  const { generation } = clock;
  for (let i = 0; i < 5; i++) {
    expect(clock.generation).toBe(generation);
    expect(clock.status(localTime(40)).state).toBe("holdover");
    expect(Math.abs(clock.roomAt(localTime(40 + i)) - 40 - i)).toBeLessThan(0.001);
    const ping = pingAt(40 + i * 0.05, right, lan, (t) => roomTime(t + 3));
    if (ping) clock.handlePong(ping, 2);
  }
  expect(clock.generation).toBe(generation + 1);
  expect(clock.roomAt(localTime(41))).toBeCloseTo(44, 3);
  expect(clock.status(localTime(41)).state).toBe("locked");
});

test("[CLK10] without the server the clock holds over on its drift, says so, and its bound grows", () => {
  const error = { offset: 9, ppm: 500 };
  const clock = new RoomClock();
  runClock(clock, { from: 0, to: 120, error, weather: lan });
  expect(clock.status(localAt(error, 129)).state).toBe("locked");
  const later = localAt(error, 420);
  expect(clock.status(later).state).toBe("holdover");
  expect(Math.abs(clock.roomAt(later) - 420)).toBeLessThan(0.001);
  expect(clock.status(later).errorBound).toBeGreaterThan(clock.status(localAt(error, 120)).errorBound);
});

test("[CLK11] localAt undoes roomAt, also across the end of a slew, and the line says the same", () => {
  const clock = new RoomClock();
  const error = { offset: 2, ppm: 300 };
  runClock(clock, { from: 0, to: 20, error, weather: weather(NETWORKS.wifi, 6) });
  for (let local = 22; local < 25; local += 0.1) {
    const room = clock.roomAt(localTime(local));
    expect(clock.localAt(room)).toBeCloseTo(local, 7);
    expect(roomTimeAt(clock.course, localTime(local))).toBe(room);
  }
});

test("a seed only starts a clock: it never moves a running one, and unlocked there is no room time", () => {
  const clock = new RoomClock();
  expect(() => clock.roomAt(localTime(0))).toThrow();
  clock.seed(localTime(0), roomTime(50));
  clock.seed(localTime(1), roomTime(90));
  expect(clock.roomAt(localTime(1))).toBeCloseTo(51, 9);
  expect(clock.status(localTime(1)).errorBound).toBeGreaterThan(0);
});

test("room time in whole ms is 0 while there is none, and never below", () => {
  const clock = new RoomClock();
  expect(clock.roomMs(localTime(7))).toBe(0);
  clock.seed(localTime(10), roomTime(1.2344));
  expect(clock.roomMs(localTime(10))).toBe(1_234);
  expect(clock.roomMs(localTime(5))).toBe(0);
});

test("the residual is the newest good sample's offset from the clock", () => {
  const clock = new RoomClock();
  runClock(clock, { from: 0, to: 60, error: right, weather: lan });
  expect(Math.abs(clock.status(localTime(60)).residual)).toBeLessThan(0.0002);
});

test("[CLK12] while nothing sounds a difference is stepped at once, and never slewed", () => {
  const readingsAfter = (isHeard: boolean) => {
    const clock = new RoomClock();
    clock.setHeard(isHeard);
    const options = { error: right, weather: lan };
    runClock(clock, { ...options, from: 0, to: 60 });
    return runClock(clock, { ...options, from: 60, to: 80, epoch: 2, server: (t) => roomTime(t + 0.012) });
  };
  // Five samples make the new life of the server known; a slew of 12 ms takes 12 s.
  expect(worst(readingsAfter(false), 64, 66)).toBeLessThan(0.0005);
  expect(worst(readingsAfter(true), 64, 66)).toBeGreaterThan(0.001);
});
