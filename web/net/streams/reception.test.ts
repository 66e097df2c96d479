import { expect, test } from "vitest";
import { arrivalOf, countsOf, NO_ARRIVAL } from "./arrival.ts";
import { type Leg, Reception, type Way } from "./reception.ts";

/** A way whose attempts a test steers. */
class Road implements Way {
  readonly legs: (Leg & {
    packets: number;
    receiver: RTCRtpReceiver | null;
    closed: boolean;
    end(): void;
  })[] = [];

  open(_actor: number, _kind: unknown, ended: () => void): Leg {
    const leg = {
      packets: 0,
      receiver: null as RTCRtpReceiver | null,
      closed: false,
      end: ended,
      close() {
        leg.closed = true;
      },
    };
    this.legs.push(leg);
    return leg;
  }

  /** The newest attempt stands. */
  connect(): RTCRtpReceiver {
    const leg = this.legs.at(-1)!;
    const receiver = {
      jitterBufferTarget: null,
      getStats: async () => new Map([["in", { type: "inbound-rtp", packetsReceived: leg.packets }]]),
    } as unknown as RTCRtpReceiver;
    leg.receiver = receiver;
    return receiver;
  }

  flow(packets = 10): void {
    this.legs.at(-1)!.packets += packets;
  }
}

function stage() {
  const told: (RTCRtpReceiver | null)[] = [];
  const reception: Reception = new Reception(1, "mix", () => told.push(reception.receiver));
  return { reception, told };
}

test("[STR14] a stream is there once its packets come, and not before", async () => {
  const { reception, told } = stage();
  const road = new Road();
  await reception.tick(road, 0);
  const receiver = road.connect();
  await reception.tick(road, 200);
  expect(told).toEqual([]);
  road.flow();
  await reception.tick(road, 400);
  expect(told).toEqual([receiver]);
  expect(road.legs).toHaveLength(1);
});

test("[STR14] a stream that stalls is said to, and asked for again until it comes", async () => {
  const { reception, told } = stage();
  const road = new Road();
  await reception.tick(road, 0);
  road.connect();
  road.flow();
  await reception.tick(road, 200);
  for (const now of [400, 600, 800]) await reception.tick(road, now);
  expect(told).toHaveLength(1);
  await reception.tick(road, 1_000);
  expect(told.at(-1)).toBeNull();
  expect(road.legs[0]!.closed).toBe(true);
  // Not at once, but soon.
  await reception.tick(road, 1_100);
  expect(road.legs).toHaveLength(1);
  await reception.tick(road, 1_400);
  expect(road.legs).toHaveLength(2);
  // Nobody answers: it is asked again, less and less often, four seconds apart at the most.
  let asked = 2;
  const waits: number[] = [];
  let last = 1_400;
  for (let now = 1_500; now < 120_000; now += 100) {
    await reception.tick(road, now);
    if (road.legs.length === asked) continue;
    asked = road.legs.length;
    waits.push(now - last);
    last = now;
  }
  expect(road.legs.slice(0, -1).every(({ closed }) => closed)).toBe(true);
  expect(Math.max(...waits)).toBeLessThan(8_000 + 4_000 + 300);
});

test("[STR15] when the way changes, what flows goes on until the new way flows", async () => {
  const { reception, told } = stage();
  const [mesh, sfu] = [new Road(), new Road()];
  await reception.tick(mesh, 0);
  const first = mesh.connect();
  mesh.flow();
  await reception.tick(mesh, 200);
  mesh.flow();
  await reception.tick(sfu, 400);
  expect(sfu.legs).toHaveLength(1);
  const second = sfu.connect();
  mesh.flow();
  await reception.tick(sfu, 600);
  expect(mesh.legs[0]!.closed).toBe(false);
  mesh.flow();
  sfu.flow();
  await reception.tick(sfu, 800);
  expect(told).toEqual([first, second]);
  expect(mesh.legs[0]!.closed).toBe(true);
  // Without any way it stays as it is, for as long as it flows.
  sfu.flow();
  await reception.tick(null, 1_000);
  expect(reception.receiver).toBe(second);
});

test("[STR14] an attempt that ends is closed, and after the end nothing is asked or told", async () => {
  const { reception, told } = stage();
  const road = new Road();
  await reception.tick(road, performance.now());
  road.legs[0]!.end();
  expect(road.legs[0]!.closed).toBe(true);
  await reception.tick(road, performance.now() + 1_000);
  expect(road.legs).toHaveLength(2);
  reception.close();
  expect(road.legs[1]!.closed).toBe(true);
  await reception.tick(road, performance.now() + 60_000);
  expect(road.legs).toHaveLength(2);
  expect(told).toEqual([]);
});

test("steady waits longer, on the next way too", async () => {
  const { reception } = stage();
  const road = new Road();
  reception.setSteady(true);
  await reception.tick(road, 0);
  const receiver = road.connect() as RTCRtpReceiver & { jitterBufferTarget: number | null };
  road.flow();
  await reception.tick(road, 200);
  expect(receiver.jitterBufferTarget).toBe(200);
  reception.setSteady(false);
  expect(receiver.jitterBufferTarget).toBeNull();
});

test("how it arrives is counted between two looks", () => {
  const report = (packets: number, lost: number) =>
    new Map<string, unknown>([
      ["pair", { type: "candidate-pair", currentRoundTripTime: 0.02 }],
      [
        "in",
        {
          type: "inbound-rtp",
          packetsReceived: packets,
          packetsLost: lost,
          bytesReceived: packets * 320,
          jitterBufferDelay: packets * 480 * 0.04,
          jitterBufferEmittedCount: packets * 480,
        },
      ],
    ]) as unknown as RTCStatsReport;
  expect(countsOf(new Map() as unknown as RTCStatsReport, 0)).toBeNull();
  const [a, b] = [countsOf(report(100, 0), 0)!, countsOf(report(199, 1), 1_000)!];
  const arrival = arrivalOf(NO_ARRIVAL, a, b);
  expect(arrival.bitrate).toBeCloseTo(99 * 320 * 8);
  expect(arrival.loss).toBeCloseTo(0.01);
  expect(arrival.delay).toBeCloseTo(0.05);
  expect(arrivalOf(arrival, b, b)).toBe(arrival);
});
