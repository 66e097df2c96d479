/**
 * Half an hour of virtual time in which clocks and audio devices run at rates of their own: how fast what
 * leaves the speaker drifts away from the score, beside stock scheduling, which reads the device's clock
 * once and counts on. Nothing here depends on the machine: the same code gives the same figures.
 */
import {
  type LocalError,
  type Network,
  NETWORKS,
  randomWalk,
  weather,
} from "#shared/time/clock-simulation.ts";
import { type DeviceShape, FakeDevice } from "../../../web/audio/fake-device.ts";
import { playLong } from "../../sim/long-play.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { median, percentile, type Point, slopeInterval } from "../stats.ts";

interface Case {
  readonly name: string;
  readonly network: Network;
  readonly local: LocalError;
  /** Its `ppm` is against the local clock. */
  readonly device: DeviceShape;
  readonly seconds: number;
}

const HALF_AN_HOUR = 1_800;
const BLUETOOTH = 0.2;
const LATENCY = 0.032;
const STRAIGHT: LocalError = { offset: 77, ppm: 0 };

export const CASES: readonly Case[] = [
  { name: "device +1,000 ppm", local: STRAIGHT, device: { ppm: 1_000, latency: LATENCY } },
  { name: "device −1,000 ppm", local: STRAIGHT, device: { ppm: -1_000, latency: LATENCY } },
  {
    name: "device +1,000, clock +1,000 ppm",
    local: { offset: 5, ppm: 1_000 },
    device: { ppm: 1_000, latency: BLUETOOTH },
  },
  {
    name: "device +1,000 ppm, clock wanders",
    local: { offset: 5, ppm: 40, wander: randomWalk(4e-8, 9) },
    device: { ppm: 1_000, latency: LATENCY },
  },
  { name: "device 30 ppm", local: { offset: 9, ppm: -20 }, device: { ppm: 30, latency: LATENCY } },
  {
    name: "device +1,000 ppm, Wi-Fi",
    network: NETWORKS.wifi,
    local: { offset: 9, ppm: 60 },
    device: { ppm: 1_000, latency: LATENCY },
  },
  {
    name: "device +1,000 ppm, Firefox's reports",
    local: STRAIGHT,
    device: { ppm: 1_000, latency: LATENCY, reports: "firefox" as const },
    // They are up to 10 ms off, one by one: half an hour would not tell their scatter from 0.5 ppm.
    seconds: 2 * HALF_AN_HOUR,
  },
].map((each) => ({ network: NETWORKS.lan, seconds: HALF_AN_HOUR, ...each }));

const SEED = 1_001;
const TARGET_PPM = 0.5;
const RIVAL = "one reading";

/** Of one subject: how far each onset was from the score, over true time. */
type Onsets = readonly Point[];

function tutti({ network, local, device }: Case, seconds: number): Onsets {
  const { onsets } = playLong({
    seconds,
    weather: weather(network, SEED),
    local,
    device: { ...device, seed: SEED },
    mode: "sab",
  });
  return onsets.map(({ time, error }) => ({ x: time, y: error }));
}

/** True time at which its first note is due, and seconds between two notes: as in the jam that the other plays. */
const FIRST = 2.3;
const INTERVAL = 0.25;

/**
 * As the books have it: `currentTime` is read once at the start, and each note is so many seconds after it.
 * Its clock is right and there is no network: what it lacks is only a correction of drift.
 */
function oneReading({ local, device: shape }: Case, seconds: number): Onsets {
  const device = new FakeDevice({ ...shape, ppm: local.ppm + (shape.ppm ?? 0), seed: SEED });
  device.time = FIRST;
  const start = device.currentTime;
  return Array.from({ length: Math.floor((seconds - FIRST) / INTERVAL) }, (_, i) => {
    const due = i * INTERVAL;
    const heard = device.speakerTime(start + due);
    return { x: heard, y: heard - FIRST - due };
  });
}

const SUBJECTS = { tutti, [RIVAL]: oneReading };

interface Figures {
  readonly onsets: number;
  readonly slope: number;
  /** Upper end of the 95 % interval of the slope's size. */
  readonly bound: number;
  readonly middle: number;
  readonly worst: number;
}

function figuresOf(onsets: Onsets): Figures {
  const { slope, low, high } = slopeInterval(onsets);
  const sizes = onsets.map(({ y }) => Math.abs(y) * 1e3);
  return {
    onsets: onsets.length,
    slope: slope * 1e6,
    bound: Math.max(Math.abs(low), Math.abs(high)) * 1e6,
    middle: median(sizes),
    worst: percentile(sizes, 100),
  };
}

function rowsOf(name: string, subject: string, figures: Figures): Row[] {
  const row = rowOf(name, subject);
  return [
    row("onsets", figures.onsets, ""),
    row("slope of the onset error", figures.slope, "ppm"),
    row("slope, upper 95 % bound of its size", figures.bound, "ppm"),
    row("onset error, median", figures.middle, "ms"),
    row("onset error, most", figures.worst, "ms"),
  ];
}

export function runVirtualDrift({ quick, say }: RunOptions): Outcome {
  const rows: Row[] = [];
  const bars: Bar[] = [];
  for (const each of CASES) {
    for (const [subject, play] of Object.entries(SUBJECTS)) {
      const figures = figuresOf(play(each, each.seconds * (quick ? 0.1 : 1)));
      rows.push(...rowsOf(each.name, subject, figures));
      const { slope, bound } = figures;
      say(`${each.name}, ${subject}: ${slope.toFixed(4)} ppm, up to ${bound.toFixed(4)}`);
      if (subject !== RIVAL)
        bars.push(atMost(`${each.name}: slope, upper 95 % bound, ppm`, bound, TARGET_PPM));
    }
  }
  return { rows, bars };
}
