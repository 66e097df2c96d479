import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  type LocalError,
  localAt,
  NETWORKS,
  type Network,
  OTHER_NETWORKS,
  pingAt,
  weather,
} from "./clock-simulation.ts";
import { roomTime } from "./instants.ts";
import { OffsetEstimator, type PingSample } from "./offset-estimator.ts";

const steady: Network = () => ({ there: 0.01, back: 0.01 });
const still = { offset: 100, ppm: 0 };

function pings(times: readonly number[], error: LocalError, network: Network, seed = 1) {
  const sky = weather(network, seed);
  return times.map((time) => pingAt(time, error, sky)).filter((ping) => ping !== null);
}
const every = (seconds: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i * seconds);

test("[CLK2] without a sample there is no estimate", () => {
  expect(new OffsetEstimator().estimate(localAt(still, 0))).toBeNull();
});

test("[CLK2] one sample gives the offset to within half its round trip", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (there, back) => {
      const estimator = new OffsetEstimator();
      const network: Network = () => ({ there: there / 1000, back: back / 1000 });
      const [ping] = pings([5], still, network);
      estimator.add(ping as PingSample);
      const estimate = estimator.estimate((ping as PingSample).received);
      expect(Math.abs((estimate?.offset ?? 0) + 100)).toBeLessThanOrEqual(estimate?.errorBound ?? 0);
      expect(estimate?.rtt).toBeCloseTo((there + back) / 1000, 6);
    }),
  );
});

test("[CLK2] the drift of a local clock 1,000 ppm off is learned within 10 s of pings", () => {
  for (const ppm of [-1000, 833, 1000]) {
    const estimator = new OffsetEstimator();
    for (const ping of pings(every(0.5, 20), { offset: 3, ppm }, steady)) estimator.add(ping);
    expect(estimator.estimate(localAt({ offset: 3, ppm }, 10))?.drift).toBeCloseTo(-ppm, -1.5);
  }
});

/** Half of the pings wait up to 100 ms on the way there. */
const queued: Network = (_, random) => ({
  there: 0.01 + (random() < 0.5 ? 0.1 * random() : 0),
  back: 0.01,
});

test("[CLK2] queues on one way do not move the estimate", () => {
  const estimator = new OffsetEstimator();
  for (const ping of pings(every(0.5, 60), still, queued)) estimator.add(ping);
  expect(Math.abs((estimator.estimate(localAt(still, 30))?.offset ?? 0) + 100)).toBeLessThan(0.0005);
});

test("[CLK2] the order in which samples arrive does not matter", () => {
  const samples = pings(every(0.5, 20), { offset: 3, ppm: 50 }, NETWORKS.wifi);
  const [forward, backward] = [new OffsetEstimator(), new OffsetEstimator()];
  for (const sample of samples) forward.add(sample);
  for (const sample of samples.toReversed()) backward.add(sample);
  const now = localAt(still, 10);
  expect(forward.estimate(now)?.offset).toBeCloseTo(backward.estimate(now)?.offset ?? 0, 9);
});

test("[CLK3] the true offset is within the error bound, and the bound grows without samples", () => {
  for (const [name, network] of Object.entries({ ...NETWORKS, ...OTHER_NETWORKS })) {
    for (let seed = 1; seed <= 10; seed++) {
      const error = { offset: 7, ppm: seed % 2 === 0 ? 40 : -300 };
      const estimator = new OffsetEstimator();
      for (const ping of pings(every(0.7, 40), error, network, seed)) {
        estimator.add(ping);
        const estimate = estimator.estimate(ping.received);
        const truth = (7 + ping.received * (error.ppm / 1e6)) / -(1 + error.ppm / 1e6);
        expect(Math.abs((estimate?.offset ?? 0) - truth), name).toBeLessThan(estimate?.errorBound ?? 0);
      }
      for (const time of [28, 60, 600]) {
        const now = localAt(error, time);
        const estimate = estimator.estimate(now);
        expect(Math.abs((estimate?.offset ?? 0) - (time - now)), name).toBeLessThan(
          estimate?.errorBound ?? 0,
        );
      }
      const bound = (time: number) => estimator.estimate(localAt(error, time))?.errorBound ?? 0;
      expect(bound(600)).toBeGreaterThan(bound(28));
    }
  }
});

test("[SRV4] a server whose thread comes late widens the bound by half of that, and moves nothing", () => {
  const estimates = [0, 0.02].map((serverDelay) => {
    const estimator = new OffsetEstimator();
    for (const ping of pings(every(0.5, 20), still, steady)) estimator.add({ ...ping, serverDelay });
    return estimator.estimate(localAt(still, 10));
  });
  const [calm, busy] = estimates;
  expect(busy?.offset).toBe(calm?.offset);
  expect((busy?.errorBound ?? 0) - (calm?.errorBound ?? 0)).toBeCloseTo(0.01, 9);
});

test("[CLK4] after a jump of the local clock the second sample that contradicts the line replaces it", () => {
  const estimator = new OffsetEstimator();
  for (const ping of pings(every(0.5, 30), { offset: 0, ppm: 300 }, steady)) estimator.add(ping);
  const slept = { offset: 60, ppm: 300 };
  for (const ping of pings([16, 16.5], slept, steady)) estimator.add(ping);
  const now = localAt(slept, 40);
  expect(estimator.size).toBe(2);
  expect(estimator.estimate(now)?.offset).toBeCloseTo(40 - now, 3);
});

/** The same ping as if the server's clock had said this much more. */
const shifted = (ping: PingSample | undefined, seconds: number): PingSample => ({
  ...(ping as PingSample),
  serverReceived: roomTime((ping?.serverReceived ?? 0) + seconds),
  serverSent: roomTime((ping?.serverSent ?? 0) + seconds),
});

test("[CLK4] samples that contradict the line and each other change nothing", () => {
  const estimator = new OffsetEstimator();
  for (const ping of pings(every(0.5, 30), still, steady)) estimator.add(ping);
  const now = localAt(still, 20);
  const before = estimator.estimate(now);
  const [one, two, three] = pings([16, 17, 18], still, steady);
  estimator.add(shifted(one, 3));
  estimator.add(shifted(two, -40));
  estimator.add(shifted(three, 3));
  expect(estimator.estimate(now)).toEqual(before);
});

test("[CLK4] a ping that ended before it began says nothing", () => {
  const estimator = new OffsetEstimator();
  const [ping] = pings([16], still, steady);
  estimator.add({ ...(ping as PingSample), received: localAt(still, 15) });
  expect(estimator.estimate(localAt(still, 17))).toBeNull();
});

test("samples older than the window are forgotten, the drift learned from them is not", () => {
  const error = { offset: 0, ppm: 300 };
  const estimator = new OffsetEstimator();
  for (const ping of pings(every(0.5, 60), error, steady)) estimator.add(ping);
  for (const ping of pings([4000], error, steady)) estimator.add(ping);
  expect(estimator.size).toBe(1);
  expect(estimator.estimate(localAt(error, 4000))?.drift).toBeCloseTo(-300, -1);
  estimator.reset();
  expect(estimator.estimate(localAt(error, 4000))).toBeNull();
});
