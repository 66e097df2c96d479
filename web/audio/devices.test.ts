import { describe, expect, test } from "vitest";
import { type Line } from "#shared/time/line.ts";
import { at } from "#shared/time/line.ts";
import { AudioClock } from "./audio-clock.ts";
import { rawPair } from "./audio-context.ts";
import { type DeviceShape, FakeDevice } from "./fake-device.ts";

/** Seconds from now at which what is judged here is heard. */
const AHEAD = 0.25;
const READ_EVERY = 0.25;

/** A page with its own wrong clock, whose room line is right: what is left is the device's. */
class Page {
  readonly device: FakeDevice;
  readonly clock: AudioClock;
  readonly #roomFromLocal: Line;

  constructor(shape: DeviceShape, local: { offset: number; ppm: number } = { offset: 40, ppm: 0 }) {
    const rate = 1 + local.ppm / 1e6;
    this.#roomFromLocal = { x: local.offset, y: 0, rate: 1 / rate };
    this.device = new FakeDevice(shape, (time) => local.offset + time * rate);
    this.clock = new AudioClock(this.device.context, this.device.clock, 0);
  }

  read(time: number): void {
    this.device.time = time;
    this.clock.read();
  }

  /** True time at which the note of a room instant leaves the speaker. */
  speakerTime(room: number): number {
    const maps = this.clock.maps(this.#roomFromLocal);
    if (!maps) throw new Error("not read yet");
    return this.device.speakerTime(at(maps.contextFromRoom, room));
  }
}

/** Reads all pages four times a second; `look` sees them after each reading. */
function run(
  pages: readonly Page[],
  from: number,
  to: number,
  look: (time: number) => void = () => {},
): void {
  for (let time = from; time < to; time += READ_EVERY) {
    for (const [i, page] of pages.entries()) page.read(time + i * 0.003);
    look(time);
  }
}

const spread = (pages: readonly Page[], room: number): number => {
  const times = pages.map((page) => page.speakerTime(room));
  return Math.max(...times) - Math.min(...times);
};

const three = (changes: Partial<DeviceShape> = {}): Page[] => [
  new Page({ latency: 0.01, ppm: 40, seed: 1, ...changes }, { offset: 5, ppm: -300 }),
  new Page({ latency: 0.032, ppm: -800, seed: 2, ...changes }, { offset: 9_000, ppm: 20 }),
  new Page({ latency: 0.2, ppm: 150, seed: 3, ...changes }, { offset: 123, ppm: 833 }),
];

describe("[MAP5] one room instant leaves all speakers together, whatever their latencies", () => {
  test("[MAP5] 10, 32 and 200 ms, as Chromium reports them: within 1 ms from the fourth second on", () => {
    const pages = three();
    run(pages, 0.05, 120, (time) => {
      if (time < 4) return;
      expect(spread(pages, time + AHEAD), `at ${time}`).toBeLessThan(0.001);
      for (const page of pages)
        expect(Math.abs(page.speakerTime(time + AHEAD) - time - AHEAD)).toBeLessThan(0.0005);
    });
    for (const { clock } of pages) expect(clock.isEstimated).toBe(false);
  });

  test("[MAP5] as Firefox reports them, 10 ms off at a time: within 20 ms from the start, 10 ms settled", () => {
    const pages = three({ reports: "firefox" });
    run(pages, 0.05, 120, (time) => {
      if (time < 3) return;
      expect(spread(pages, time + AHEAD), `at ${time}`).toBeLessThan(time < 20 ? 0.02 : 0.01);
    });
  });

  test("[MAP5] without reports the stated latency stands in, and the map says so", () => {
    const pages = three({ reports: "none" });
    run(pages, 0.05, 60, (time) => {
      if (time > 4) expect(spread(pages, time + AHEAD), `at ${time}`).toBeLessThan(0.012);
    });
    for (const { clock } of pages) expect(clock.isEstimated).toBe(true);
    const base = new FakeDevice({ latency: 0.02, statedLatency: 0, reports: "none" });
    base.time = 5;
    expect(rawPair(base.context, () => 5_000)).toEqual({
      contextTime: 5 - 0.01,
      performanceTime: 5_000,
      reported: false,
    });
  });

  test("[MAP5] a device that begins to report only later is believed from then on", () => {
    const page = new Page({ latency: 0.2, statedLatency: 0, silentFor: 1.1 });
    run([page], 0.05, 1, () => expect(page.clock.isEstimated).toBe(true));
    run([page], 1.2, 10, (time) => {
      expect(page.clock.isEstimated).toBe(false);
      expect(Math.abs(page.speakerTime(time + AHEAD) - time - AHEAD)).toBeLessThan(0.0005);
    });
  });
});

describe("[MAP6] a pair already is the audible instant", () => {
  test("[MAP6] whatever latency the browser states beside its pairs changes nothing", () => {
    const pages = [0, 0.005, 0.032, 0.5].map(
      (statedLatency) => new Page({ latency: 0.032, statedLatency, ppm: 60 }),
    );
    for (let time = 0.05; time < 20; time += READ_EVERY) {
      for (const page of pages) page.read(time);
      expect(spread(pages, time + AHEAD)).toBe(0);
    }
  });

  test("[MAP6] it is the browser's own, not the exact line that the engine is shown", () => {
    const { context } = new FakeDevice({ latency: 0.03 });
    expect(context.getOutputTimestamp()).toEqual({ contextTime: 1, performanceTime: 1 });
    expect(rawPair(context, () => 0).contextTime).not.toBe(1);
  });
});

test("[MAP3] a latency that changes snaps the map within a second, and all agree again", () => {
  for (const [before, after] of [
    [0.032, 0.2],
    [0.2, 0.032],
  ] as const) {
    const pages = [new Page({ latency: 0.01 }), new Page({ latency: before, ppm: 80, seed: 5 })];
    run(pages, 0.05, 30);
    const [steady, changing] = pages as [Page, Page];
    const { generation } = changing.clock;
    changing.device.setLatency(after);
    run(pages, 30.05, 60, (time) => {
      if (time > 31.1) expect(spread(pages, time + AHEAD), `at ${time}`).toBeLessThan(0.001);
    });
    expect(changing.clock.generation).toBe(generation + 1);
    expect(steady.clock.generation).toBe(0);
    const { renderAhead = 0 } = changing.clock.maps({ x: 0, y: 0, rate: 1 }) ?? {};
    expect(Math.abs(renderAhead - after)).toBeLessThan(0.011);
  }
});

test("[MAP4] a trim moves the speaker by exactly itself, in every reading from then on", () => {
  const [plain, trimmed] = [1, 1].map(
    (seed) => new Page({ latency: 0.032, ppm: 200, seed }, { offset: 3, ppm: 90 }),
  ) as [Page, Page];
  trimmed.clock.setTrim(0.08);
  for (let time = 0.05; time < 20; time += READ_EVERY) {
    plain.read(time);
    trimmed.read(time);
    const room = time + AHEAD;
    // In the device's seconds: its clock runs 200 ppm fast.
    expect(plain.speakerTime(room) - trimmed.speakerTime(room)).toBeCloseTo(0.08 / 1.0002, 9);
  }
});
