import { expect, test } from "vitest";
import { type Verdict, Watchdog } from "./watchdog.ts";

/** Judges readings every 250 ms while the three clocks advance at the given rates. */
function judged(rates: { context: number; wall?: number }[]): Verdict[] {
  const watchdog = new Watchdog();
  let context = 10;
  let wall = 1_800_000_000;
  return rates.map((rate, index) => {
    context += 0.25 * rate.context;
    wall += 0.25 * (rate.wall ?? 1);
    return watchdog.judge({ monotonic: index * 0.25, context, wall });
  });
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

test("[AUD52] a device that keeps up is fine as soon as that can be told", () => {
  expect(judged(times(5, { context: 1 }))).toEqual(["unknown", "fine", "fine", "fine", "fine"]);
  expect(judged(times(40, { context: 0.999 })).at(-1)).toBe("fine");
});

test("[AUD52] less than 90 % of real progress over half a second is starvation, and ends with it", () => {
  const verdicts = judged([
    ...times(4, { context: 1 }),
    ...times(4, { context: 0.5 }),
    ...times(4, { context: 1 }),
  ]);
  expect(verdicts.slice(4, 8)).toContain("starved");
  expect(verdicts.at(-1)).toBe("fine");
});

test("[AUD52] after a restart one good stretch tells that it is well again", () => {
  const watchdog = new Watchdog();
  const verdicts = [1, 1.5, 2].map((monotonic) => watchdog.judge({ monotonic, context: 0, wall: monotonic }));
  expect(verdicts).toEqual(["unknown", "starved", "starved"]);
  watchdog.restart();
  expect(watchdog.judge({ monotonic: 2.25, context: 0.24, wall: 2.25 })).toBe("fine");
});

test("[AUD53] wall and monotonic clock 250 ms apart are a sleep, a clock that is corrected gently is not", () => {
  expect(judged([...times(3, { context: 1 }), { context: 1, wall: 30 }])[3]).toBe("slept");
  expect(judged([...times(3, { context: 1 }), { context: 1, wall: -5 }])[3]).toBe("slept");
  expect(judged(times(20, { context: 1, wall: 1.01 }))).not.toContain("slept");
});
