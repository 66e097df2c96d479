import { describe, expect, test } from "vitest";
import { seededRandom } from "../lib/random.ts";
import { AudioMap } from "./audio-map.ts";
import { audioTime, localTime } from "./instants.ts";
import { at } from "./line.ts";

interface Device {
  readonly ppm: number;
  /** Half the width of the wobble of single pairs, seconds, and whether a reading's pairs share it. */
  readonly wobble: number;
  readonly shared?: boolean;
  /** The device's clock jumps by this at that local time. */
  readonly jump?: { readonly at: number; readonly by: number };
}

/** Audio time heard at a local time. */
const heard = (device: Device, local: number): number =>
  3 + (local - 100) * (1 + device.ppm / 1e6) + (device.jump && local >= device.jump.at ? device.jump.by : 0);

/** Readings of 20 pairs, four a second, from local time 100 on; `look` sees the map after each reading. */
function run(
  device: Device,
  seconds: number,
  seed: number,
  look?: (local: number, error: number, snapped: boolean) => void,
): AudioMap {
  const random = seededRandom(seed);
  const map = new AudioMap();
  for (let tick = 0; tick < seconds * 4; tick++) {
    const start = 100 + tick / 4;
    const shared = (random() * 2 - 1) * device.wobble;
    let snapped = false;
    for (let pair = 0; pair < 20; pair++) {
      const local = start + pair * 0.0001;
      const wobble = device.shared ? shared : (random() * 2 - 1) * device.wobble;
      snapped =
        map.add({ local: localTime(local), audio: audioTime(heard(device, local) + wobble) }) || snapped;
    }
    const line = map.line();
    if (line) look?.(start, at(line, start) - heard(device, start), snapped);
  }
  return map;
}

test("[MAP1] before any pair there is no map, and one pair already makes one", () => {
  const map = new AudioMap();
  expect(map.line()).toBeNull();
  map.add({ local: localTime(10), audio: audioTime(2) });
  expect(at(map.line() ?? { x: 0, y: 0, rate: 1 }, 11)).toBeCloseTo(3, 9);
});

describe("[MAP2] the map follows the device to within the error its pairs allow", () => {
  for (const [name, device, early, late] of [
    ["Chromium's pairs", { ppm: 0, wobble: 0.00005 }, 0.0001, 0.00005],
    ["Chromium's pairs, device 1,000 ppm fast", { ppm: 1000, wobble: 0.00005 }, 0.0004, 0.00005],
    ["Chromium's pairs, device 1,000 ppm slow", { ppm: -1000, wobble: 0.00005 }, 0.0004, 0.00005],
    ["Firefox's pairs", { ppm: 30, wobble: 0.01 }, 0.006, 0.002],
    ["Firefox's pairs, one wobble a reading", { ppm: 30, wobble: 0.01, shared: true }, 0.015, 0.006],
  ] as const)
    test(`[MAP2] ${name}`, () => {
      for (let seed = 1; seed <= 8; seed++) {
        let snaps = 0;
        run(device, 60, seed, (local, error, snapped) => {
          expect(Math.abs(error), `seed ${seed} at ${local}`).toBeLessThan(local < 110 ? early : late);
          if (local >= 105 && snapped) snaps++;
        });
        expect(snaps, `seed ${seed}`).toBe(0);
      }
    });
});

test("[MAP3] a step of the device above 3 ms snaps the map within a second and begins a generation", () => {
  for (const by of [-0.02, 0.006, 0.25]) {
    const device: Device = { ppm: 20, wobble: 0.00005, jump: { at: 120, by } };
    const snaps: number[] = [];
    const map = run(device, 40, 1, (local, error, snapped) => {
      if (snapped) snaps.push(local);
      if (local > 121) expect(Math.abs(error)).toBeLessThan(0.0002);
    });
    expect(snaps.length).toBe(1);
    expect(snaps[0]).toBeLessThanOrEqual(121);
    expect(map.generation).toBe(1);
  }
});

test("[MAP3] a smaller change is slewed: no snap, and no two readings a millisecond apart", () => {
  let last: number | null = null;
  const device: Device = { ppm: 0, wobble: 0.00005, jump: { at: 120, by: 0.002 } };
  const map = run(device, 60, 2, (local, error) => {
    const shown = error + heard(device, local) - local;
    if (last !== null && local > 102) expect(Math.abs(shown - last)).toBeLessThan(0.001);
    last = shown;
    if (local > 145) expect(Math.abs(error)).toBeLessThan(0.0005);
  });
  expect(map.generation).toBe(0);
});

test("[MAP4] a trim plays everything earlier by itself, and a large one begins a generation", () => {
  const map = run({ ppm: 0, wobble: 0 }, 5, 3);
  const before = at(map.line() ?? { x: 0, y: 0, rate: 1 }, 106);
  map.setTrim(0.002);
  expect(map.generation).toBe(0);
  map.setTrim(0.15);
  expect(map.generation).toBe(1);
  expect(at(map.line() ?? { x: 0, y: 0, rate: 1 }, 106)).toBeCloseTo(before - 0.15, 9);
});

test("[MAP3] a reset forgets the device, and a pause longer than the window starts afresh", () => {
  const map = run({ ppm: 0, wobble: 0 }, 5, 4);
  map.reset();
  expect(map.line()).toBeNull();
  expect(map.generation).toBe(1);
  map.add({ local: localTime(500), audio: audioTime(7) });
  map.add({ local: localTime(501), audio: audioTime(8) });
  map.add({ local: localTime(900), audio: audioTime(8) });
  map.add({ local: localTime(901), audio: audioTime(9) });
  expect(at(map.line() ?? { x: 0, y: 0, rate: 1 }, 902)).toBeCloseTo(10, 3);
});
