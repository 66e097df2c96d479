import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roomTime } from "#shared/time/instants.ts";
import { IDENTITY, type Line } from "#shared/time/line.ts";
import { type Maps, type PlanEntry, type Release, RELEASE_LEAD, ReleasePlan } from "./release-plan.ts";

const HOST = 1_800_000_000;
const mapsAt = (room: number, rate = 1): Maps => ({
  roomFromHost: { x: HOST, y: room, rate },
  contextFromRoom: IDENTITY,
  renderAhead: 0.04,
});
const STRAIGHT = mapsAt(0);
const entry = (tick: number, time: number, step = tick % 16): PlanEntry => ({
  step,
  pitch: 60,
  tick,
  time: roomTime(time),
  message: ["/s_new", "x"],
});
/** Sixteenths at `tempo` over [from, to). */
const steps = (tempo: number, from: number, to: number, fromTick = 0, origin = 0): PlanEntry[] => {
  const length = 15 / tempo;
  const entries: PlanEntry[] = [];
  for (let tick = fromTick; ; tick++) {
    const time = origin + (tick - fromTick) * length;
    if (time >= to) return entries;
    if (time >= from) entries.push(entry(tick, time));
  }
};

/** Runs the plan in ticks of 20 ms from room time `from` to `to`, doing what `at` asks on the way. */
function play(
  plan: ReleasePlan,
  from: number,
  to: number,
  act: (now: number) => void = () => {},
  maps: Maps = STRAIGHT,
): Release[] {
  const released: Release[] = [];
  for (let now = from; now < to; now += 0.02) {
    act(now);
    released.push(...plan.take(HOST + now, maps));
  }
  return released;
}
const ticksOf = (released: readonly Release[]): number[] => released.map((release) => release.entry.tick);

describe("the release plan", () => {
  test("[AUD10] each entry is released once, a lead ahead, in order, at its own time", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), steps(120, 0.2, 8), HOST);
    const released: number[] = [];
    for (let now = 0; now < 8; now += 0.02)
      for (const { entry: each, host, context } of plan.take(HOST + now, STRAIGHT)) {
        expect(host - (HOST + now)).toBeGreaterThan(RELEASE_LEAD - 0.0201);
        expect(host - (HOST + now)).toBeLessThanOrEqual(RELEASE_LEAD + 1e-6);
        expect(context).toBe(each.time);
        released.push(each.tick);
      }
    expect(released).toEqual(Array.from({ length: 62 }, (_, i) => i + 2));
  });

  test("[AUD11] replacing the plan at any moment, as often as one likes, doubles nothing and drops nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { maxLength: 40 }), (moments) => {
        const plan = new ReleasePlan();
        const all = steps(400, 0.2, 4.5);
        plan.replace(1, roomTime(0), all, HOST);
        const due = moments.toSorted((a, b) => a - b);
        const released = play(plan, 0, 4.6, (now) => {
          while (due.length > 0 && (due[0] as number) <= now) {
            const from = due.shift() as number;
            plan.replace(
              1,
              roomTime(from),
              all.filter(({ time }) => time >= from),
              HOST + now,
            );
          }
        });
        expect(ticksOf(released)).toEqual(all.map(({ tick }) => tick));
      }),
      { numRuns: 100 },
    );
  });

  test("[AUD11] a tempo change ahead neither doubles nor drops an event", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 400 }),
        fc.integer({ min: 20, max: 400 }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (before, after, moment) => {
          const plan = new ReleasePlan();
          const change = moment + 0.2;
          const old = steps(before, 0.2, 20);
          plan.replace(1, roomTime(0), old, HOST);
          const past = old.filter(({ time }) => time < change);
          const beat = change / (15 / before);
          const next = Math.ceil(beat);
          const origin = change + (next - beat) * (15 / after);
          const future = steps(after, 0, 20, next, origin);
          let told = false;
          const released = play(plan, 0, 6, (now) => {
            if (told || now < moment) return;
            told = true;
            const from = roomTime(now);
            plan.replace(
              1,
              from,
              [...past, ...future].filter(({ time }) => time >= from),
              HOST + now,
            );
          });
          const expected = [...past, ...future].filter(({ time }) => time < 6.09);
          expect(ticksOf(released).slice(0, expected.length)).toEqual(expected.map(({ tick }) => tick));
          expect(new Set(ticksOf(released)).size).toBe(released.length);
        },
      ),
    );
  });

  test("[AUD11] an event that moves a little after its release is not released again", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(4, 1, 4)], HOST);
    expect(ticksOf(plan.take(HOST + 0.9, STRAIGHT))).toEqual([4]);
    plan.replace(1, roomTime(0.92), [entry(4, 1.05, 4)], HOST + 0.92);
    expect(play(plan, 0.92, 2)).toEqual([]);
  });

  test("[AUD11] a strike that is another step of a new pattern is not released again", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(20, 1, 4)], HOST);
    expect(ticksOf(plan.take(HOST + 0.9, STRAIGHT))).toEqual([20]);
    plan.replace(1, roomTime(0.92), [entry(20, 1, 8), entry(21, 1.2, 9)], HOST + 0.92);
    expect(ticksOf(play(plan, 0.92, 2))).toEqual([21]);
  });

  test("[AUD11] the same step in the next start is a new event", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(0, 1)], HOST);
    expect(ticksOf(play(plan, 0.8, 1))).toEqual([0]);
    plan.replace(1, roomTime(1), [entry(0, 1.21)], HOST + 1.01);
    expect(ticksOf(play(plan, 1.01, 2))).toEqual([0]);
  });

  test("[AUD11] a step of the clock of less than the lead doubles nothing", () => {
    fc.assert(
      fc.property(fc.double({ min: -0.1, max: 0.1, noNaN: true }), (jump) => {
        const plan = new ReleasePlan();
        const all = steps(120, 0.2, 6);
        plan.replace(1, roomTime(0), all, HOST);
        const before = play(plan, 0, 2);
        const maps = mapsAt(jump);
        plan.clear();
        plan.replace(
          1,
          roomTime(2 + jump),
          all.filter(({ time }) => time >= 2 + jump),
          HOST + 2,
        );
        const ticks = ticksOf([...before, ...play(plan, 2, 5, () => {}, maps)]);
        expect(new Set(ticks).size).toBe(ticks.length);
        // What the step skipped is at most what had become too late to sound.
        const expected = all.filter(({ tick }) => tick <= (ticks.at(-1) as number)).length;
        expect(expected - ticks.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("[AUD12] nothing of the past is ever played, however long the Worker slept", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (asleep, length) => {
          const plan = new ReleasePlan();
          plan.replace(1, roomTime(0), steps(240, 0.2, 9), HOST);
          play(plan, 0, asleep);
          const now = HOST + asleep + length;
          for (const { host } of plan.take(now, STRAIGHT))
            expect(host).toBeGreaterThanOrEqual(now + STRAIGHT.renderAhead);
        },
      ),
    );
  });

  test("[AUD12] what a stall cost is counted, what was never in time is not", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(1, 0.3), entry(2, 5)], HOST);
    plan.take(HOST + 1, STRAIGHT);
    expect(plan.missed).toBe(1);
    plan.replace(2, roomTime(1), [entry(1, 1.02)], HOST + 1);
    expect(plan.take(HOST + 1, STRAIGHT)).toEqual([]);
    expect(plan.missed).toBe(1);
  });

  test("[AUD13] a note set within the lead still sounds if it can be rendered in time", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(0, 0.5)], HOST);
    play(plan, 0, 0.5);
    plan.replace(1, roomTime(0.5), [entry(1, 0.58)], HOST + 0.5);
    expect(ticksOf(plan.take(HOST + 0.5, STRAIGHT))).toEqual([1]);
  });

  test("[AUD13] tracks do not touch one another, and a cleared plan releases nothing", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), steps(120, 0.2, 2), HOST);
    plan.replace(2, roomTime(0), steps(120, 0.2, 2), HOST);
    plan.replace(1, roomTime(0), [], HOST);
    expect(new Set(play(plan, 0, 1).map(({ track }) => track))).toEqual(new Set([2]));
    plan.clear();
    expect(play(plan, 1, 3)).toEqual([]);
  });

  test("[AUD13] what the engine had no room for is offered again", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(3, 0.5)], HOST);
    const [first] = plan.take(HOST + 0.4, STRAIGHT);
    plan.putBack(first as Release, HOST + 0.4);
    expect(ticksOf(plan.take(HOST + 0.42, STRAIGHT))).toEqual([3]);
  });

  test("[AUD14] the tag is made at release, by the newest maps", () => {
    const plan = new ReleasePlan();
    plan.replace(1, roomTime(0), [entry(1, 10)], HOST);
    const contextFromRoom: Line = { x: 10, y: 3.25, rate: 1.000_2 };
    const slow: Maps = { roomFromHost: { x: HOST, y: 9.9, rate: 0.9998 }, contextFromRoom, renderAhead: 0.3 };
    const [release] = plan.take(HOST - 0.25, slow);
    expect(release?.context).toBe(3.25);
    expect(release?.host).toBeCloseTo(HOST + 0.1 / 0.9998, 5);
  });
});
