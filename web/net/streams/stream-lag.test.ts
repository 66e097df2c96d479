import fc from "fast-check";
import { expect, test } from "vitest";
import { type SenderTimes, StreamLag, type StreamReading } from "./stream-lag.ts";

const QUIET: StreamReading = {
  capture: null,
  playout: null,
  report: null,
  waited: 0,
  emitted: 0,
  roundTrip: 0,
  output: 0,
};
const SENDER: SenderTimes = { lead: 0.04, captureEpoch: null, uplink: 0, errorBound: 0 };
const seconds = (min: number, max: number) => fc.double({ min, max, noNaN: true });

test("[HRD1] a stamp of the capture gives the way from there to here, whatever the clocks of both sides show", () => {
  const world = fc.record({
    here: seconds(-1e6, 1e6),
    there: seconds(-1e9, 2e9),
    room: seconds(0, 1e5),
    way: seconds(0, 5),
    output: seconds(0, 0.5),
  });
  fc.assert(
    fc.property(world, ({ here, there, room, way, output }) => {
      const lag = new StreamLag();
      const capture = { capturedAt: room - way - there, deliveredAt: room - here };
      lag.take({ ...QUIET, capture, output }, { ...SENDER, captureEpoch: there }, (local) => local + here);
      expect(lag.current?.by).toBe("capture");
      expect(lag.current?.lag).toBeCloseTo(way + output, 5);
    }),
  );
});

test("[HRD1] what a browser reckons to be played is taken by the clock of the reports that came with it", () => {
  fc.assert(
    fc.property(seconds(-1e6, 1e6), seconds(0, 2), seconds(0, 0.3), (ahead, way, trip) => {
      const lag = new StreamLag();
      const reading = (at: number, quick: number): StreamReading => ({
        ...QUIET,
        roundTrip: trip,
        playout: { playing: at - way + ahead, at },
        report: { sentAt: at + ahead, cameAt: at + trip / 2 + quick },
      });
      // A report that was held up says less than one that was not.
      for (const [at, quick] of [
        [10, 0.2],
        [15, 0],
        [20, 0.4],
      ] as const)
        lag.take(reading(at, quick), SENDER, () => null);
      expect(lag.current?.by).toBe("playout");
      expect(lag.current?.lag).toBeCloseTo(way, 5);
      expect(lag.current?.errorBound).toBeGreaterThanOrEqual(trip / 2);
    }),
  );
});

test("[HRD2] without stamps the delays are added up, of what came since the last reading", () => {
  const lag = new StreamLag();
  const sender = { ...SENDER, uplink: 0.03 };
  lag.take({ ...QUIET, waited: 48_000, emitted: 48_000 }, sender, (local) => local);
  expect(lag.current?.lag).toBeGreaterThan(1);
  for (let i = 1; i <= 5; i++) {
    const counts = { waited: 48_000 + i * 480, emitted: 48_000 + i * 9_600 };
    lag.take({ ...QUIET, ...counts, roundTrip: 0.02, output: 0.05 }, sender, (local) => local);
  }
  expect(lag.current?.by).toBe("estimate");
  // 30 ms up, 10 ms down, 50 ms waiting, 50 ms out, and some for the codec.
  expect(lag.current?.lag).toBeGreaterThan(0.14);
  expect(lag.current?.lag).toBeLessThan(0.16);
  expect(lag.current?.errorBound).toBeGreaterThanOrEqual(0.04);
});

test("[HRD2] a stamp is not believed without its clock, or when that was set since", () => {
  const stamped = (set: number): StreamReading => ({
    ...QUIET,
    capture: { capturedAt: 100 - 0.06 + set, deliveredAt: 100 },
    waited: 960 * 0.04,
    emitted: 960,
  });
  const by = (reading: StreamReading, captureEpoch: number | null): string | undefined => {
    const lag = new StreamLag();
    lag.take(reading, { ...SENDER, captureEpoch }, (local) => local);
    return lag.current?.by;
  };
  expect(by(stamped(0), 0)).toBe("capture");
  expect(by(stamped(0), null)).toBe("estimate");
  expect(by(stamped(3_600), 0)).toBe("estimate");
  expect(by(stamped(-5), 0)).toBe("estimate");
});

test("[HRD2] nothing is claimed before anything flows", () => {
  const lag = new StreamLag();
  lag.take(QUIET, { ...SENDER, captureEpoch: 0 }, () => null);
  expect(lag.current).toBeNull();
});

test("[HRD3] one reading that is off is not followed, and a change that stays is", () => {
  const lag = new StreamLag();
  const take = (way: number): number => {
    const capture = { capturedAt: 50 - way, deliveredAt: 50 };
    lag.take({ ...QUIET, capture }, { ...SENDER, captureEpoch: 0 }, (local) => local);
    return lag.current?.lag ?? Number.NaN;
  };
  for (let i = 0; i < 5; i++) take(0.06);
  expect(take(0.3)).toBeCloseTo(0.06);
  expect(take(0.06)).toBeCloseTo(0.06);
  for (let i = 0; i < 5; i++) take(0.2);
  expect(take(0.2)).toBeCloseTo(0.2);
});
