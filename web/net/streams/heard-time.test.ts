import { expect, test } from "vitest";
import { createLocalClock } from "../../local-clock.ts";
import type { Status } from "#shared/protocol/messages.ts";
import { HeardTime } from "./heard-time.ts";
import { senderTimes } from "./sender-times.ts";

const STATUS: Status = {
  clock: { state: "locked", offset: 0, errorBound: 0.003, rtt: 0.05 },
  rung: "sfu",
  direct: [],
  sound: "on",
  renderAhead: 0.04,
  captureEpoch: -1_000,
};

test("[HRD4] a sender's status says how to read its stamps, and its way to the SFU counts there alone", () => {
  expect(senderTimes(STATUS, "sfu")).toEqual({
    lead: 0.04,
    captureEpoch: -1_000,
    uplink: 0.025,
    errorBound: 0.003,
  });
  expect(senderTimes(STATUS, "mesh").uplink).toBe(0);
  expect(senderTimes(null, "sfu")).toEqual({ lead: 0, captureEpoch: null, uplink: 0, errorBound: 0 });
});

/** A receiver that says what it is told to: in ms of the wall clock, as browsers do. */
function receiverOf(source: object, stats: readonly object[]): RTCRtpReceiver {
  return {
    jitterBufferTarget: null,
    getSynchronizationSources: () => [source],
    getStats: async () => new Map(stats.map((entry, i) => [String(i), entry])),
  } as unknown as RTCRtpReceiver;
}

test.each([0, 7.3])(
  "[HRD4] what is heard is of the music ahead of the capture, also where the local clock is %s s off",
  async (offset) => {
    const clock = createLocalClock({ offset, ppm: 0 });
    const wall = (performance.timeOrigin + performance.now()) / 1_000;
    const now = clock.now();
    // Room time is 500 now; the sender's clock is an hour behind.
    const senderWall = wall - 3_600;
    const receiver = receiverOf(
      {
        timestamp: wall * 1_000,
        captureTimestamp: (senderWall - 0.1 + 2_208_988_800) * 1_000,
      },
      [{ type: "inbound-rtp", timestamp: wall * 1_000, jitterBufferDelay: 0, jitterBufferEmittedCount: 0 }],
    );
    const heard = new HeardTime({
      receiver,
      clock,
      roomAt: (local) => 500 + (local - now),
      sender: () => ({ lead: 0.04, captureEpoch: 500 - senderWall, uplink: 0, errorBound: 0 }),
      output: () => 0.03,
    });
    expect(heard.at(now)).toBeNull();
    await heard.read();
    const claim = heard.at(now);
    expect(claim?.by).toBe("capture");
    expect(claim?.roomTime).toBeCloseTo(500 - 0.1 - 0.03 + 0.04, 2);
  },
);

test("[HRD4] an element's own delay is what the browser says of its output", async () => {
  const wall = performance.timeOrigin + performance.now();
  const clock = createLocalClock();
  const now = clock.now();
  let samples = 48_000;
  const receiver = receiverOf({ timestamp: wall, captureTimestamp: wall + 2_208_988_800_000 }, []);
  receiver.getStats = async () => {
    samples += 48_000;
    const played = { type: "media-playout", totalSamplesCount: samples, totalPlayoutDelay: samples * 0.2 };
    return new Map<string, object>([
      ["in", { type: "inbound-rtp", timestamp: wall }],
      ["out", played],
    ]) as RTCStatsReport;
  };
  const heard = new HeardTime({
    receiver,
    clock,
    roomAt: (local) => local,
    sender: () => ({ lead: 0, captureEpoch: clock.now() - wall / 1_000, uplink: 0, errorBound: 0 }),
  });
  for (let i = 0; i < 8; i++) await heard.read();
  expect(heard.at(now)?.roomTime).toBeCloseTo(now - 0.2, 1);
});

test("[HRD5] a delay that is asked for is one that the browser takes, or none", () => {
  const receiver = receiverOf({}, []) as RTCRtpReceiver & { jitterBufferTarget: number | null };
  const heard = new HeardTime({
    receiver,
    clock: createLocalClock(),
    roomAt: () => null,
    sender: () => senderTimes(null, "mesh"),
  });
  heard.setTargetDelay(0.12);
  expect(receiver.jitterBufferTarget).toBeCloseTo(120);
  heard.setTargetDelay(60);
  expect(receiver.jitterBufferTarget).toBe(4_000);
  heard.setTargetDelay(-1);
  expect(receiver.jitterBufferTarget).toBe(0);
  heard.setTargetDelay(null);
  expect(receiver.jitterBufferTarget).toBeNull();
});
