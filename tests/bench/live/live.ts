/**
 * A knob that is turned, through three networks in virtual time: how far what the engine is given is from
 * what the hand did, beside applying each frame when it comes, and beside a socket.io broadcast of JSON.
 * Nothing but the CPU hangs on the machine.
 */
import { Encoder } from "socket.io-parser";
import { seededRandom } from "#shared/lib/random.ts";
import { Hand } from "#shared/live/hand.ts";
import { JitterBuffer } from "#shared/live/jitter-buffer.ts";
import { decodeLive, encodeLive, type LiveFrame } from "#shared/live/movement.ts";
import { TIGHT_DELAY, USUAL_DELAY } from "#shared/live/playout-delay.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { roomTime } from "#shared/time/instants.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { mean } from "../stats.ts";
import { type Gesture, GESTURES, SECONDS, sine } from "./gestures.ts";
import { inOrder, type Way, WAYS } from "./network.ts";
import { type Figures, judge, type Played, playOnArrival, playTutti, settling } from "./run.ts";

const SEEDS = 40;
const QUICK_SEEDS = 4;
/** Not those that the delays were chosen with. */
const FIRST_SEED = 2_001;
/** Percent of the range. */
const RMS_TARGETS: Readonly<Record<string, number>> = { LAN: 1, "Wi-Fi": 1, "WAN, 2 % lost": 2 };
const JUMP_TARGET = 0.3;
const BYTES_TARGET = 0.25;
const FRAME_TARGET = 12;
/** A second control adds its track, its number and two bytes of travel. */
const PAD_FRAME_TARGET = FRAME_TARGET + 4;

const RIVALS = ["on arrival", "socket.io"] as const;
type Subject = "tutti" | "tutti, tight" | (typeof RIVALS)[number];

const encoder = new Encoder();

/** Bytes that a broadcast of the same movement takes: Engine.IO's and Socket.IO's packet types and the JSON. */
function jsonBytes(bytes: Uint8Array): number {
  const frame = decodeLive(bytes, 100_000);
  const [movement] = frame?.movements ?? [];
  const move = {
    track: movement?.target.track,
    param: "cutoff",
    value: Math.round((movement?.travel ?? 0) * 1e4) / 1e4,
    time: (frame?.begunMs ?? 0) + (frame?.sinceMs ?? 0),
  };
  const [packet] = encoder.encode({ type: 2, nsp: "/", data: ["move", move] }) as [string];
  return 1 + packet.length;
}

interface Case {
  readonly gesture: Gesture;
  readonly way: Way;
}

function play(subject: Subject, { gesture, way }: Case, seed: number): Played {
  switch (subject) {
    case "tutti":
      return playTutti(gesture, way, seed, { delay: USUAL_DELAY, warmUp: false });
    case "tutti, tight":
      return playTutti(gesture, way, seed, { delay: TIGHT_DELAY, warmUp: true });
    case "on arrival":
      return playOnArrival(gesture, way, seed);
    case "socket.io":
      return playOnArrival(gesture, inOrder(way), seed, jsonBytes);
  }
}

interface Runs {
  readonly played: readonly Played[];
  readonly figures: readonly Figures[];
}

function runAll(subject: Subject, each: Case, seeds: number): Runs {
  const played = Array.from({ length: seeds }, (_, i) => play(subject, each, FIRST_SEED + i));
  return { played, figures: played.map((one) => judge(each.gesture, one)) };
}

const worst = (values: readonly number[]): number => Math.max(...values);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const pooled = (rms: readonly number[]): number => Math.sqrt(mean(rms.map((each) => each ** 2)));
const of = <T, K extends keyof T>(all: readonly T[], key: K): T[K][] => all.map((each) => each[key]);
const frameBytes = ({ played }: Runs): number => sum(of(played, "bytes")) / sum(of(played, "frames"));

function rowsOf(name: string, subject: Subject, { gesture }: Case, { played, figures }: Runs): Row[] {
  const row = rowOf(name, subject);
  const common = [
    row("largest jump, worst seed, % of the range", 100 * worst(of(figures, "jump")), ""),
    row("steps back, all seeds", sum(of(figures, "reversals")), ""),
    row("delay, mean", 1_000 * mean(of(played, "delay")), "ms"),
    row("frames after their turn, all seeds", sum(of(played, "late")), ""),
    row("payload of a frame, mean", frameBytes({ played, figures }), "bytes"),
  ];
  if (gesture.isStep) {
    const times = played.map((each) => settling(gesture, each));
    return [row("a step is there after the delay and, longest", 1_000 * worst(times), "ms"), ...common];
  }
  const rms = of(figures, "rms");
  return [
    row("error, RMS of all seeds, % of the range", 100 * pooled(rms), ""),
    row("error, RMS, worst seed, % of the range", 100 * worst(rms), ""),
    ...common,
  ];
}

function barsOf(
  name: string,
  network: string,
  ours: Runs,
  arrival: Runs,
  json: Runs,
  isStep: boolean,
): Bar[] {
  const jumps = worst(of(ours.figures, "jump")) / worst(of(arrival.figures, "jump"));
  const common = [
    atMost(`${name}: steps back`, sum(of(ours.figures, "reversals")), 0),
    atMost(`${name}: largest jump as a share of on arrival's`, jumps, JUMP_TARGET),
    atMost(`${name}: bytes as a share of socket.io's`, frameBytes(ours) / frameBytes(json), BYTES_TARGET),
  ];
  if (isStep) return common;
  const rms = 100 * worst(of(ours.figures, "rms"));
  return [
    atMost(`${name}: error, RMS, worst seed, % of the range`, rms, RMS_TARGETS[network] ?? 0),
    ...common,
  ];
}

/** Mean payload in bytes of the frames of a hand that goes round on a pad, both controls in each. */
function padFrameBytes(): number {
  const hand = new Hand();
  const [wide, high] = [sine(0.5), sine(1)];
  const lengths: number[] = [];
  for (let tick = 0; tick < SECONDS * LIMITS.livePerSecond; tick++) {
    const seconds = tick / LIMITS.livePerSecond;
    const now = roomTime(100 + seconds);
    hand.move({ track: 3, kind: "param", index: 1 }, wide.at(seconds), now);
    hand.move({ track: 3, kind: "param", index: 2 }, high.at(seconds), now);
    const frame = hand.take(now);
    if (frame?.movements.length !== 2) throw new Error("a frame of the pad without both its controls");
    lengths.push(encodeLive(frame).length);
  }
  return mean(lengths);
}

const HANDS = 8;

/** Share of one core that a receiver of eight moving hands takes, from bytes to points. */
function cpuOfEight(seconds: number): { readonly share: number; readonly points: number } {
  const random = seededRandom(1);
  const buffer = new JitterBuffer();
  const begunMs = 100_000;
  const frameOf = (hand: number, seq: number, sinceMs: number): LiveFrame => ({
    actor: null,
    begunMs: begunMs + hand,
    sinceMs,
    seq: seq & 0xff,
    end: false,
    movements: [{ target: { track: hand, kind: "param", index: 1 }, travel: random() }],
  });
  const ticks = seconds * 60;
  const wire = Array.from({ length: ticks }, (_, tick) =>
    Array.from({ length: HANDS }, (__, hand) =>
      encodeLive(frameOf(hand, tick, Math.round((tick * 1_000) / 60))),
    ),
  );
  let points = 0;
  const before = process.cpuUsage();
  for (let tick = 0; tick < ticks; tick++) {
    const now = begunMs / 1_000 + tick / 60 + 0.02;
    for (const [hand, bytes] of (wire[tick] ?? []).entries()) {
      const frame = decodeLive(bytes, Math.round(now * 1_000));
      if (frame) buffer.hear(hand + 1, frame, roomTime(now));
    }
    for (const { values } of buffer.take(roomTime(now), 0.052, 0.02).instants) points += values.length;
  }
  const { user, system } = process.cpuUsage(before);
  return { share: (user + system) / 1e6 / seconds, points: points / seconds };
}

export function runLive({ quick, say }: RunOptions): Promise<Outcome> {
  const rows: Row[] = [];
  const bars: Bar[] = [];
  const frames: number[] = [];
  for (const [network, way] of Object.entries(WAYS)) {
    for (const gesture of GESTURES) {
      const name = `${network}, ${gesture.name}`;
      const each = { gesture, way };
      const run = (subject: Subject): Runs => {
        const runs = runAll(subject, each, quick ? QUICK_SEEDS : SEEDS);
        rows.push(...rowsOf(name, subject, each, runs));
        return runs;
      };
      const [ours, , arrival, json] = [
        run("tutti"),
        run("tutti, tight"),
        run("on arrival"),
        run("socket.io"),
      ];
      bars.push(...barsOf(name, network, ours, arrival, json, gesture.isStep));
      frames.push(frameBytes(ours));
      say(`${name}: ${(100 * pooled(of(ours.figures, "rms"))).toFixed(2)} % of the range`);
    }
  }
  bars.push(atMost("payload of a frame with one parameter, mean", mean(frames), FRAME_TARGET));
  bars.push(atMost("payload of a frame of the XY pad, mean", padFrameBytes(), PAD_FRAME_TARGET));
  const { share, points } = cpuOfEight(30);
  const row = rowOf(`${HANDS} moving hands`, "tutti");
  rows.push(row("CPU of the receiver, % of one core", 100 * share, ""), row("points a second", points, ""));
  return Promise.resolve({ rows, bars });
}
