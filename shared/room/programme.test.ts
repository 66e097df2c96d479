import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Status } from "../protocol/messages.ts";
import { type RoomTime, roomTime } from "../time/instants.ts";
import {
  type Candidate,
  forwarded,
  nextProgramme,
  NO_PROGRAMME,
  OVERLAP,
  PRODUCING_DEADLINE,
  programmeDue,
  type ProgrammeInput,
  type ProgrammeState,
  REST,
} from "./programme.ts";

const STEP = 0.1;
/** Two seconds a bar, as at 120 beats a minute. */
const BAR = 2;

interface Changed {
  readonly late?: number;
  readonly small?: boolean;
  readonly sound?: Status["sound"];
  readonly clock?: Status["clock"]["state"];
  readonly rtt?: number;
  readonly rung?: Status["rung"];
}

const status = ({ late = 0, small = false, ...changed }: Changed = {}): Status => ({
  clock: { state: changed.clock ?? "locked", offset: 0, errorBound: 0.001, rtt: changed.rtt ?? 0.02 },
  rung: changed.rung ?? "sfu",
  direct: [],
  sound: changed.sound ?? "on",
  renderAhead: 0.1,
  fit: { late, small },
});

/** A room in virtual time: who is named sends 0.4 s later, unless it cannot. */
class Room {
  now = 100;
  listeners = 1;
  plays = true;
  chosen: number | null = null;
  state: ProgrammeState = NO_PROGRAMME;
  readonly performers = new Map<number, Candidate>();
  /** Who sends nothing although it is named. */
  readonly dead = new Set<number>();
  readonly #namedSince = new Map<number, number>();

  constructor(...actors: readonly number[]) {
    for (const actor of actors) this.seat(actor);
  }

  seat(actor: number, changed: Changed = {}, differs = false): void {
    this.performers.set(actor, { actor, member: actor, status: status(changed), differs });
  }

  get named(): number[] {
    return [this.state.onAir, this.state.standBy].flatMap((each) => each?.actor ?? []);
  }

  get names(): [onAir: number | null, standBy: number | null] {
    return [this.state.onAir?.actor ?? null, this.state.standBy?.actor ?? null];
  }

  get flowing(): Set<number> {
    const sends = (actor: number): boolean =>
      this.now - (this.#namedSince.get(actor) ?? this.now) >= 0.4 - 1e-9 && !this.dead.has(actor);
    return new Set(this.named.filter((actor) => this.performers.has(actor) && sends(actor)));
  }

  get heard(): number[] {
    return forwarded(this.state, roomTime(this.now));
  }

  input(): ProgrammeInput {
    return {
      now: roomTime(this.now),
      isWanted: this.listeners > 0,
      performers: [...this.performers.values()],
      flowing: this.flowing,
      chosen: this.chosen,
      barLine: () =>
        this.plays ? roomTime(Math.ceil((this.now + OVERLAP.before) / BAR - 1e-9) * BAR) : null,
    };
  }

  ask(): void {
    this.state = nextProgramme(this.state, this.input());
    for (const actor of this.#namedSince.keys())
      if (!this.named.includes(actor)) this.#namedSince.delete(actor);
    for (const actor of this.named) if (!this.#namedSince.has(actor)) this.#namedSince.set(actor, this.now);
  }

  /** Asks ten times a second, and says who was on air at each. */
  run(seconds: number, look: () => void = () => undefined): void {
    for (let n = 0; n < Math.round(seconds / STEP); n++) {
      this.now = Math.round((this.now + STEP) * 10) / 10;
      this.ask();
      look();
    }
  }
}

const settled = (...actors: readonly number[]): Room => {
  const room = new Room(...actors);
  room.run(60);
  return room;
};

type Event =
  | { readonly type: "join"; readonly actor: number; readonly changed: Changed }
  | { readonly type: "status"; readonly actor: number; readonly changed: Changed; readonly differs: boolean }
  | { readonly type: "leave" | "die" | "live"; readonly actor: number }
  | { readonly type: "choose"; readonly actor: number | null }
  | { readonly type: "listeners"; readonly listeners: number }
  | { readonly type: "plays"; readonly plays: boolean };

const actor = fc.integer({ min: 1, max: 5 });
const changed = fc.record({
  late: fc.constantFrom(0, 0, 3),
  small: fc.boolean(),
  sound: fc.constantFrom("on", "on", "on", "interrupted") as fc.Arbitrary<Status["sound"]>,
  clock: fc.constantFrom("locked", "locked", "locked", "locking") as fc.Arbitrary<Status["clock"]["state"]>,
  rtt: fc.constantFrom(0.01, 0.3),
  rung: fc.constantFrom("sfu", "relay") as fc.Arbitrary<Status["rung"]>,
});
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constant("join" as const), actor, changed }),
  fc.record({ type: fc.constant("status" as const), actor, changed, differs: fc.boolean() }),
  fc.record({ type: fc.constantFrom("leave" as const, "die" as const, "live" as const), actor }),
  fc.record({ type: fc.constant("choose" as const), actor: fc.option(actor) }),
  fc.record({ type: fc.constant("listeners" as const), listeners: fc.constantFrom(0, 1, 1, 1) }),
  fc.record({ type: fc.constant("plays" as const), plays: fc.boolean() }),
);
const story = fc.array(fc.tuple(event, fc.constantFrom(0, 0.1, 0.5, 1, 3, 12)), { maxLength: 40 });

function happens(room: Room, what: Event): void {
  switch (what.type) {
    case "join":
      if (!room.performers.has(what.actor)) room.seat(what.actor, what.changed);
      break;
    case "status":
      if (room.performers.has(what.actor)) room.seat(what.actor, what.changed, what.differs);
      break;
    case "leave":
      room.performers.delete(what.actor);
      break;
    case "die":
      room.dead.add(what.actor);
      break;
    case "live":
      room.dead.delete(what.actor);
      break;
    case "choose":
      room.chosen = what.actor;
      break;
    case "listeners":
      room.listeners = what.listeners;
      break;
    case "plays":
      room.plays = what.plays;
  }
}

describe("whatever happens", () => {
  test("[PRG1] who is named performs here, the stand-by is somebody else, and without an audience nobody is named", () => {
    fc.assert(
      fc.property(story, (events) => {
        const room = new Room(1, 2);
        for (const [what, seconds] of events) {
          happens(room, what);
          room.ask();
          room.run(seconds, () => {
            const [onAir, standBy] = room.names;
            for (const each of room.named) expect(room.performers.has(each)).toBe(true);
            if (onAir === null || room.performers.size < 2) expect(standBy).toBeNull();
            else expect(standBy).not.toBe(onAir);
            if (room.listeners === 0) expect(room.named).toEqual([]);
            for (const each of room.heard) expect(room.named).toContain(each);
            expect(room.heard.length > 0).toBe(onAir !== null);
          });
        }
      }),
    );
  });

  test("[PRG1] asking again at once changes nothing, and what is due comes later", () => {
    fc.assert(
      fc.property(story, (events) => {
        const room = new Room(1, 2, 3);
        for (const [what, seconds] of events) {
          happens(room, what);
          room.run(seconds + STEP, () => {
            const input = room.input();
            const { onAir, standBy, at, failures } = nextProgramme(room.state, input);
            expect([onAir?.actor ?? null, standBy?.actor ?? null]).toEqual(room.names);
            expect([at, failures]).toEqual([room.state.at, room.state.failures]);
            const due = programmeDue(room.state, input.now);
            if (due !== null) expect(due).toBeGreaterThan(input.now);
          });
        }
      }),
    );
  });

  test("[PRG3] when packets of who is heard stop and the stand-by's come, the stand-by is on air at once", () => {
    fc.assert(
      fc.property(story, (events) => {
        const room = new Room(1, 2, 3);
        for (const [what, seconds] of events) {
          happens(room, what);
          room.run(seconds + STEP, () => {
            // Somebody named whose packets come is forwarded, unless it has no sound.
            const sounding = room.named.filter(
              (each) => room.flowing.has(each) && room.performers.get(each)?.status?.sound === "on",
            );
            const begun = room.state.onAir?.hasFlowed === true;
            if (sounding.length > 0 && begun)
              expect(sounding.some((each) => room.heard.includes(each))).toBe(true);
          });
        }
      }),
    );
  });

  test("[PRG5] nobody is on air for long whose packets do not come, while somebody else could be", () => {
    fc.assert(
      fc.property(story, (events) => {
        const room = new Room(1, 2);
        let silentFor = 0;
        for (const [what, seconds] of events) {
          happens(room, what);
          room.run(seconds, () => {
            const [onAir] = room.names;
            const isSilent = onAir !== null && !room.flowing.has(onAir) && room.heard.includes(onAir);
            silentFor = isSilent ? silentFor + STEP : 0;
            // Twice the deadline: who was named in their place has one of its own.
            expect(silentFor).toBeLessThan(2 * PRODUCING_DEADLINE + 2);
          });
        }
      }),
    );
  });
});

test("[PRG1] who was weak on air is no stand-by after a switch without a bar line, as once found by chance", () => {
  const room = settled(1, 2, 3);
  room.plays = false;
  room.seat(1, {}, true);
  room.run(5, () => {
    if (room.names[0] === 2) expect(room.names).toEqual([2, 3]);
  });
  expect(room.names).toEqual([2, 3]);
});

test("[PRG4] from somebody whose packets have not come yet it goes at once, as once found by chance", () => {
  const room = new Room(1, 2);
  room.dead.add(1);
  room.ask();
  expect(room.names).toEqual([1, 2]);
  room.chosen = 2;
  room.run(0.6);
  expect(room.names).toEqual([2, 1]);
  expect(room.state.at).toBeNull();
  expect(room.heard).toEqual([2]);
});

test("[PRG2] it moves for a reason alone: while nothing changes, nobody is named anew", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(changed, fc.boolean()), { minLength: 1, maxLength: 5 }), (statuses) => {
      const room = new Room();
      for (const [index, [each, differs]] of statuses.entries()) room.seat(index + 1, each, differs);
      room.run(3 * REST);
      const names = room.names;
      room.run(10 * REST, () => expect(room.names).toEqual(names));
    }),
  );
});

test("[PRG2] who comes later and is no better changes nothing, nor does a leader's letting go", () => {
  const room = settled(4, 5);
  expect(room.names).toEqual([4, 5]);
  room.seat(1, { rtt: 0.001 });
  room.run(2 * REST, () => expect(room.names).toEqual([4, 5]));
  room.chosen = 1;
  room.run(20);
  room.chosen = null;
  room.run(2 * REST, () => expect(room.names[0]).toBe(1));
});

test("[PRG4] a planned switch is at a bar line that all can hear of, with both forwarded round it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 39 }), (tenths) => {
      const room = settled(1, 2, 3);
      room.run(tenths / 10);
      const [before] = room.names;
      room.chosen = 3;
      let at: RoomTime | null = null;
      const heard = new Map<number, readonly number[]>();
      room.run(12, () => {
        if (room.state.at !== null && at === null) {
          at = room.state.at;
          expect(at).toBeGreaterThanOrEqual(room.now + OVERLAP.before);
          expect(at % BAR).toBe(0);
          expect(room.names).toEqual([3, before]);
        }
        heard.set(room.now, room.heard);
      });
      if (at === null) throw new Error("no switch");
      for (const [now, actors] of heard) {
        const isAround = now >= at - OVERLAP.before && now < at + OVERLAP.after;
        expect(actors).toEqual(isAround ? [before, 3] : [now < at ? before : 3]);
      }
    }),
  );
});

test("[PRG4] while nothing plays the switch is made at once", () => {
  const room = settled(1, 2);
  room.plays = false;
  room.chosen = 2;
  room.run(STEP);
  expect(room.names).toEqual([2, 1]);
  expect(room.state.at).toBeNull();
  expect(room.heard).toEqual([2]);
});

test("[PRG4] a planned switch whose target dies is taken back, and one whose origin dies is made at once", () => {
  for (const dies of [1, 2]) {
    const room = settled(1, 2);
    room.chosen = 2;
    room.run(STEP);
    expect(room.state.at).not.toBeNull();
    room.dead.add(dies);
    room.run(STEP);
    expect(room.names[0]).toBe(3 - dies);
    expect(room.state.at).toBeNull();
    expect(room.heard).toEqual([3 - dies]);
  }
});

test("[PRG5] who is named and does not send gives way, and is asked again later and later", () => {
  const room = new Room(1, 2, 3);
  room.dead.add(1);
  const firstNamed: number[] = [];
  let wasNamed = false;
  room.run(3_000, () => {
    const isNamed = room.named.includes(1);
    if (isNamed && !wasNamed) firstNamed.push(room.now);
    wasNamed = isNamed;
    if (room.now > 110) expect(room.flowing.has(room.names[0] ?? 0)).toBe(true);
  });
  expect(room.names).toEqual([2, 3]);
  // The others hold both places: it is not asked again at all.
  expect(firstNamed).toHaveLength(1);
  room.performers.delete(3);
  room.run(3_000, () => {
    const isNamed = room.named.includes(1);
    if (isNamed && !wasNamed) firstNamed.push(room.now);
    wasNamed = isNamed;
  });
  const gaps = firstNamed.slice(2).map((at, index) => at - (firstNamed[index + 1] ?? 0));
  expect(gaps.length).toBeGreaterThan(5);
  for (const [index, gap] of gaps.entries())
    expect(gap).toBeGreaterThanOrEqual(Math.min(300, 10 * 2 ** index) - STEP);
});

test("[PRG6] nobody moves sooner than the rest without a force or a leader's choice, however figures jump", () => {
  const noise = fc.array(fc.tuple(actor, changed, fc.constantFrom(0.1, 1, 5, 11)), { maxLength: 60 });
  fc.assert(
    fc.property(noise, (jumps) => {
      const room = settled(1, 2, 3, 4, 5);
      let [onAir] = room.names;
      let movedAt = Number.NEGATIVE_INFINITY;
      for (const [who, { late, small, rtt }, seconds] of jumps) {
        room.seat(who, { late, small, rtt });
        room.run(seconds, () => {
          if (room.names[0] === onAir) return;
          expect(room.now - movedAt).toBeGreaterThanOrEqual(REST - STEP);
          [onAir] = room.names;
          movedAt = room.now;
        });
      }
    }),
  );
});

test("[PRG7] a leader's choice is on air from a bar line on whenever it can, and somebody else while it cannot", () => {
  const room = settled(1, 2, 3);
  room.chosen = 3;
  room.run(12);
  expect(room.names[0]).toBe(3);
  room.seat(3, { sound: "interrupted" });
  room.run(STEP);
  expect(room.names[0]).not.toBe(3);
  room.seat(3);
  room.run(30);
  expect(room.names[0]).toBe(3);
  expect(room.state.at).toBeNull();
  // Nobody has such a number any more.
  room.performers.delete(3);
  room.run(STEP);
  expect(room.names).toEqual([expect.any(Number), expect.any(Number)]);
});

test("[PRG8] of two the one who is large, punctual, near and on the SFU is chosen, in this order", () => {
  const worse: Changed[] = [{ small: true }, { late: 1 }, { rtt: 0.4 }, { rung: "relay" }];
  for (const [index, one] of worse.entries())
    for (const rest of worse.slice(index + 1)) {
      const room = new Room();
      room.seat(1, one);
      room.seat(2, rest);
      room.run(1);
      expect(room.names).toEqual([2, 1]);
    }
});

test("[PRG8] who does not sound, is not locked, cannot say or has another document than the server stands down", () => {
  const cannot: ((room: Room) => void)[] = [
    (room) => room.seat(1, { sound: "interrupted" }),
    (room) => room.seat(1, { clock: "locking" }),
    (room) => room.seat(1, {}, true),
    (room) => {
      const { fit: _fit, ...without } = status();
      room.performers.set(1, { actor: 1, member: 1, status: without, differs: false });
    },
    (room) => void room.performers.set(1, { actor: 1, member: 1, status: null, differs: false }),
  ];
  for (const change of cannot) {
    const fresh = new Room();
    change(fresh);
    fresh.run(10);
    expect(fresh.names).toEqual([null, null]);
    const room = settled(1, 2, 3);
    expect(room.names).toEqual([1, 2]);
    change(room);
    room.run(12);
    expect(room.names).toEqual([2, 3]);
  }
});

test("[PRG8] a phone gives way to a computer that comes, once that has proved itself", () => {
  const room = new Room();
  room.seat(1, { small: true });
  room.run(60);
  expect(room.names).toEqual([1, null]);
  room.seat(2);
  room.run(5);
  expect(room.names).toEqual([1, 2]);
  room.run(15);
  expect(room.names).toEqual([2, 1]);
});
