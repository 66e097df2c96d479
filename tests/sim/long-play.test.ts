import { describe, expect, test } from "vitest";
import { type Network, NETWORKS, weather } from "#shared/time/clock-simulation.ts";
import { RELEASE_LEAD } from "../../web/audio/release-plan.ts";
import { type Mishap, type Played, playLong } from "./long-play.ts";

/** Virtual hours cost real seconds on a busy machine; nothing here is timed. */
const TIMEOUT = 120_000;
const HOUR = 3_600;

const size = ({ error }: { readonly error: number }): number => Math.abs(error);
const worst = ({ onsets }: Played): number => Math.max(...onsets.map(size));

/** How often each note of the score sounded, where that is not once; and what sounded that is not in it. */
function notOnce({ onsets, score }: Played) {
  const times = new Map(score.map((note) => [note, 0]));
  const strange: string[] = [];
  for (const { note } of onsets) {
    if (!times.has(note)) strange.push(note);
    times.set(note, (times.get(note) ?? 0) + 1);
  }
  const named = (holds: (count: number) => boolean) =>
    [...times].filter(([, count]) => holds(count)).map(([note]) => note);
  return { strange, dropped: named((count) => count === 0), doubled: named((count) => count > 1) };
}

describe("[AUD55] in an hour without edits each note sounds once, none late, at its time at the speaker", () => {
  for (const [mode, local, device] of [
    ["sab", 1_000, 1_000],
    ["postMessage", -1_000, 1_000],
  ] as const)
    test(`[AUD55] LAN, local clock ${local} ppm and device ${device} ppm off, ${mode}`, {
      timeout: TIMEOUT,
    }, () => {
      const played = playLong({
        seconds: HOUR,
        weather: weather(NETWORKS.lan, 3),
        local: { offset: 77, ppm: local },
        device: { latency: 0.032, ppm: device, seed: 8 },
        mode,
      });
      expect(played.score.length).toBeGreaterThan(14_000);
      expect(played.onsets.map(({ note }) => note)).toEqual(played.score);
      expect(played).toMatchObject({ late: 0, missed: 0, clockSteps: 0, mapSnaps: 0 });
      expect(worst(played)).toBeLessThan(0.001);
    });

  // What the clock's own rule allows on these networks (CLK5), and as much again for the device.
  for (const [name, network, limit] of [
    ["Wi-Fi", NETWORKS.wifi, 0.006],
    ["WAN", NETWORKS.wan, 0.005],
    ["bufferbloat", NETWORKS.bufferbloat, 0.005],
  ] as const satisfies readonly (readonly [string, Network, number])[])
    test(`[AUD55] ten minutes on ${name}, of a Bluetooth device`, { timeout: TIMEOUT }, () => {
      const played = playLong({
        seconds: HOUR / 6,
        weather: weather(network, 5),
        local: { offset: 9, ppm: -60 },
        device: { latency: 0.2, ppm: 300, seed: 2 },
        mode: "postMessage",
      });
      expect(played.onsets.map(({ note }) => note)).toEqual(played.score);
      expect(played).toMatchObject({ late: 0, missed: 0, mapSnaps: 0 });
      expect(worst(played)).toBeLessThan(limit);
    });
});

/** Half a minute in which it happens at every part of a beat in turn, one after another. */
function* eachMoment(mishap: { readonly latency: number } | { readonly serverJump: number }) {
  for (let at = 20; at < 20.25; at += 0.031) {
    const mishaps: Mishap[] = [{ at, ...mishap }];
    yield playLong({
      seconds: 32,
      weather: weather(NETWORKS.lan, Math.round(at * 1000)),
      local: { offset: 77, ppm: 300 },
      device: { latency: 0.032, ppm: 500, seed: 8 },
      mode: "sab",
      mishaps,
    });
  }
}

/** From then on everything must be in time again: a step and a snap take some seconds to be noticed. */
const SETTLED = 28;
const settled = ({ onsets }: Played) => Math.max(...onsets.filter(({ time }) => time > SETTLED).map(size));

describe("[AUD56] a moved map or a step of the clock doubles and drops no note", () => {
  test("[AUD56] a device that buffers more or less", { timeout: TIMEOUT }, () => {
    for (const latency of [0.01, 0.04, 0.06, 0.1])
      for (const played of eachMoment({ latency })) {
        expect(played.mapSnaps).toBe(1);
        expect(notOnce(played)).toEqual({ strange: [], dropped: [], doubled: [] });
        expect(played.late).toBe(0);
        expect(settled(played)).toBeLessThan(0.001);
      }
  });

  test("[AUD56] a clock that steps by no more than is handed over ahead", { timeout: TIMEOUT }, () => {
    for (const serverJump of [0.06, -0.03, RELEASE_LEAD * -2, -0.5])
      for (const played of eachMoment({ serverJump })) {
        expect(played.clockSteps).toBe(1);
        expect(notOnce(played)).toEqual({ strange: [], dropped: [], doubled: [] });
        expect(played.late).toBe(0);
        expect(settled(played)).toBeLessThan(0.001);
      }
  });

  test("[AUD56] a clock that is slewed", { timeout: TIMEOUT }, () => {
    for (const serverJump of [0.015, -0.015])
      for (const played of eachMoment({ serverJump })) {
        expect(played.clockSteps).toBe(0);
        expect(notOnce(played)).toEqual({ strange: [], dropped: [], doubled: [] });
        expect(played.late).toBe(0);
      }
  });

  test("[AUD56] where what is past cannot be played any more it is left out, and nothing is doubled", {
    timeout: TIMEOUT,
  }, () => {
    for (const mishap of [{ latency: 0.2 }, { serverJump: 0.5 }])
      for (const played of eachMoment(mishap)) {
        const { strange, dropped, doubled } = notOnce(played);
        expect([...strange, ...doubled]).toEqual([]);
        // Four notes a second: those of the half second that was skipped, or that the new device is too slow for.
        expect(dropped.length).toBeLessThanOrEqual(2);
        expect(played.late).toBe(0);
        expect(settled(played)).toBeLessThan(0.001);
      }
  });
});
