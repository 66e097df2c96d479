import { describe, expect, test } from "vitest";
import type { Jam } from "#shared/music/model.ts";
import { setTempo, startPlayback, stopPlayback } from "#shared/music/timeline.ts";
import { localTime, roomTime } from "#shared/time/instants.ts";
import { straight } from "#shared/time/course.ts";
import { IDENTITY } from "#shared/time/line.ts";
import { Conductor } from "./conductor.ts";
import { jam, note, playing, track } from "./fixtures.ts";
import type { PlanUpdate } from "./planner.ts";
import type { Rig } from "./rig.ts";
import { Slots } from "./slots.ts";

const LEAD = 0.25;
const SIXTEENTHS = Array.from({ length: 16 }, (_, step) => note(step));

/** A conductor of a rig that is ready, in a room whose time the test sets. */
function setUp(first: Jam) {
  const room = { now: 100 };
  const planned: PlanUpdate[] = [];
  const rig = {
    context: { state: "running", currentTime: 0, addEventListener: () => {} },
    mixer: { fadeIn: () => {} },
    releaser: {
      setMaps: () => {},
      plan: (updates: readonly PlanUpdate[]) => planned.push(...updates),
    },
    clock: {
      locked: true,
      maps: () => ({ roomFromHost: IDENTITY, contextFromRoom: IDENTITY, renderAhead: 0 }),
    },
  } as unknown as Rig;
  const slots = new Slots();
  slots.assign(first.tracks.map(({ id }) => id));
  const clock = {
    now: () => localTime(room.now),
    fromPerformance: () => localTime(room.now),
    toPerformance: () => 0,
  };
  const quiet = { held: () => {}, entered: () => {}, slept: () => {} };
  const conductor = new Conductor(rig, clock, slots, quiet);
  conductor.setClock({ course: straight(IDENTITY), generation: 1 });
  conductor.setJam(first);
  return { room, planned, conductor };
}

const stopped = jam([track(1, SIXTEENTHS)]);
const runs = playing(stopped, 90);
const withTimeline = (timeline: Jam["timeline"] | null): Jam => {
  if (!timeline) throw new Error("the command changed nothing");
  return { ...runs, timeline };
};

describe("[TL15] phase jumps", () => {
  test("[TL15] a change learned of after its instant is counted once, one learned of in time is not", () => {
    for (const change of [
      [stopped, startPlayback(stopped.timeline, roomTime(100), LEAD)],
      [runs, setTempo(runs.timeline, 90, roomTime(100), LEAD)],
      [runs, stopPlayback(runs.timeline, roomTime(100), LEAD)],
    ] as const)
      for (const [after, jumps] of [
        [0.1, 0],
        [0.4, 1],
      ] as const) {
        const { room, conductor } = setUp(change[0]);
        room.now += after;
        const changed = withTimeline(change[1]);
        conductor.setJam(changed);
        conductor.setJam({ ...changed, swing: 60 });
        expect(conductor.phaseJumps).toBe(jumps);
      }
  });

  test("[TL15] what one comes into is no jump", () => {
    const { conductor } = setUp(runs);
    expect(conductor.phaseJumps).toBe(0);
  });
});

test("[TL14] what sounds before a base that is ahead stays as it was planned", () => {
  const { room, planned, conductor } = setUp(runs);
  room.now = 102;
  const pending = withTimeline(setTempo(runs.timeline, 90, roomTime(102), LEAD));
  conductor.setJam(pending);
  room.now += 0.2;
  planned.length = 0;
  conductor.setJam(withTimeline(setTempo(pending.timeline, 150, roomTime(room.now), LEAD)));
  expect(planned.length).toBeGreaterThan(0);
  for (const { from } of planned) expect(from).toBe(102 + LEAD);
  expect(conductor.phaseJumps).toBe(0);
});
