import { expect, test } from "vitest";
import { CASES, SUBJECTS } from "./clock.ts";
import { runScenario, type Scenario } from "./run.ts";

const scenario = (name: string): Scenario => {
  const found = CASES.find((each) => each.name === name);
  if (!found) throw new Error(`no case "${name}"`);
  return found;
};

test("the same seed gives the same figures, another one others", () => {
  for (const start of Object.values(SUBJECTS)) {
    const figures = (seed: number) => runScenario(scenario("Wi-Fi"), seed, start);
    expect(figures(7)).toEqual(figures(7));
    expect(figures(8)).not.toEqual(figures(7));
  }
});

test("@ircam/sync runs as it does elsewhere: its first series takes 10 pings 250 ms apart", () => {
  const { firstLock, messages } = runScenario(scenario("LAN"), 3, SUBJECTS["@ircam/sync"]);
  expect(firstLock).toBeCloseTo(2.3, 6);
  // 10 pings and pongs in 2.25 s, after a pause of 10 to 20 s.
  expect(messages).toBeGreaterThan(20 / 22.5);
  expect(messages).toBeLessThan(20 / 12);
});

test("@ircam/sync lets a clock 833 ppm off drift through its pauses: beyond 500 ppm it learns no rate", () => {
  const { steady } = runScenario(scenario("Wi-Fi, 833 ppm off"), 3, SUBJECTS["@ircam/sync"]);
  expect(steady).toBeGreaterThan(833 * 15);
  expect(steady).toBeLessThan(833 * 30);
});

test("believing the last ping is as wrong as half of the difference of its two ways", () => {
  const { steady, firstLock } = runScenario(scenario("bufferbloat"), 3, SUBJECTS["last ping"]);
  expect(steady).toBeGreaterThan(60_000);
  expect(steady).toBeLessThan(82_000);
  expect(firstLock).toBeLessThan(0.25);
});
