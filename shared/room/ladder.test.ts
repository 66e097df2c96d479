import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type LadderEffect,
  type LadderInput,
  type LadderState,
  LINGER,
  nextTick,
  START,
  step,
} from "./ladder.ts";

function run(inputs: readonly [LadderInput, number][]) {
  let state: LadderState = START;
  const effects: LadderEffect[] = [];
  for (const [input, now] of inputs) {
    const next = step(state, input, now);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

describe("the ladder", () => {
  test("[LAD1] the relay carries edits until a fast path has proved itself", () => {
    const { state, effects } = run([[{ type: "target", target: "mesh" }, 0]]);
    expect(state.current).toBe("relay");
    expect(effects).toEqual([{ type: "open", rung: "mesh" }]);
  });

  /** On the mesh, and the room wants the SFU, which is there one second later: at 3. */
  const toSfu: readonly [LadderInput, number][] = [
    [{ type: "target", target: "mesh" }, 0],
    [{ type: "proved", rung: "mesh" }, 1],
    [{ type: "target", target: "sfu" }, 2],
    [{ type: "proved", rung: "sfu" }, 3],
  ];

  test("[LAD1] a proved path is used before the one below it is closed", () => {
    const { state, effects } = run([...toSfu, [{ type: "tick" }, 3 + LINGER]]);
    expect(state.current).toBe("sfu");
    expect(effects.slice(1)).toEqual([
      { type: "use", rung: "mesh" },
      { type: "open", rung: "sfu" },
      { type: "use", rung: "sfu" },
      { type: "close", rung: "mesh" },
    ]);
  });

  test("[RNG1] a path that was left lingers beside the one in use, and is closed two seconds later", () => {
    const { state } = run(toSfu);
    expect(state.leaving).toEqual({ rung: "mesh", until: 3 + LINGER });
    expect(nextTick(state)).toBe(3 + LINGER);
    expect(step(state, { type: "tick" }, 3 + LINGER - 0.001)).toEqual({ state, effects: [] });
    const after = step(state, { type: "tick" }, 3 + LINGER);
    expect(after.effects).toEqual([{ type: "close", rung: "mesh" }]);
    expect([after.state.leaving, nextTick(after.state)]).toEqual([null, null]);
  });

  test("[RNG1] on the way back to the relay the fast path lingers too", () => {
    const { state, effects } = run([...toSfu, [{ type: "target", target: "relay" }, 3.5]]);
    expect(effects.slice(-2)).toEqual([
      { type: "use", rung: "relay" },
      { type: "close", rung: "mesh" },
    ]);
    expect(state).toMatchObject({ current: "relay", leaving: { rung: "sfu", until: 3.5 + LINGER } });
  });

  test("[RNG2] a quick change back uses the path that lingers, and opens nothing", () => {
    const { state, effects } = run([
      ...toSfu,
      [{ type: "target", target: "mesh" }, 4],
      [{ type: "target", target: "sfu" }, 5],
    ]);
    expect(effects.slice(4)).toEqual([
      { type: "use", rung: "mesh" },
      { type: "use", rung: "sfu" },
    ]);
    expect(state).toMatchObject({ current: "sfu", leaving: { rung: "mesh", until: 5 + LINGER } });
  });

  test("[RNG3] what lingers and fails is closed at once, and what is in use stays", () => {
    const { state, effects } = run([...toSfu, [{ type: "failed", rung: "mesh" }, 3.1]]);
    expect(effects.at(-1)).toEqual({ type: "close", rung: "mesh" });
    expect(state).toMatchObject({ current: "sfu", leaving: null, retry: null });
  });

  test("[LAD2] a path that dies falls back to the relay first, and is tried again later and later", () => {
    let { state } = run([
      [{ type: "target", target: "sfu" }, 0],
      [{ type: "proved", rung: "sfu" }, 1],
    ]);
    const fallen = step(state, { type: "failed", rung: "sfu" }, 10);
    expect(fallen.effects).toEqual([
      { type: "use", rung: "relay" },
      { type: "close", rung: "sfu" },
    ]);
    state = fallen.state;
    const waits: number[] = [];
    let now = 10;
    for (let i = 0; i < 6; i++) {
      const at = nextTick(state) ?? Number.NaN;
      waits.push(at - now);
      state = step(state, { type: "tick" }, at).state;
      now = nextTick(state) ?? Number.NaN; // the climb's deadline passes
      state = step(state, { type: "tick" }, now).state;
    }
    expect(waits).toEqual([4, 8, 16, 32, 60, 60]);
  });

  test("[LAD3] whatever happens, at most two fast paths are open, edits have one of them or the relay, and each is closed once", () => {
    const input = fc.oneof(
      fc.constantFrom("relay", "mesh", "sfu").map((target) => ({ type: "target", target }) as LadderInput),
      fc.constantFrom("mesh", "sfu").map((rung) => ({ type: "proved", rung }) as LadderInput),
      fc.constantFrom("mesh", "sfu").map((rung) => ({ type: "failed", rung }) as LadderInput),
      fc.constant<LadderInput>({ type: "tick" }),
    );
    const wait = fc.oneof(fc.constantFrom(0, 1, LINGER), fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(input, wait), { maxLength: 60 }), (inputs) => {
        let state: LadderState = START;
        let now = 0;
        const open = new Set<string>();
        const wrong: LadderEffect[] = [];
        const perform = (next: LadderInput): void => {
          const result = step(state, next, now);
          state = result.state;
          for (const effect of result.effects) {
            const { type, rung } = effect;
            const isOpen = open.has(rung);
            if (type === "open" ? isOpen : rung !== "relay" && !isOpen) wrong.push(effect);
            if (type === "open") open.add(rung);
            if (type === "close") open.delete(rung);
            if (open.size > 2) wrong.push(effect);
          }
          const { current, climbing, leaving } = state;
          const named = [current, climbing?.rung, leaving?.rung].filter((rung) => rung && rung !== "relay");
          // Each is named once: a set would hide that two say the same.
          expect([open.size, open, wrong]).toEqual([named.length, new Set(named), []]);
        };
        for (const [next, seconds] of inputs) {
          now += seconds;
          perform(next);
        }
        // Left alone, a path that nobody uses is closed in time.
        perform({ type: "target", target: "relay" });
        for (let due = nextTick(state); due !== null; due = nextTick(state)) {
          expect(due).toBeLessThanOrEqual(now + LINGER);
          now = due;
          perform({ type: "tick" });
        }
        expect([state.current, [...open]]).toEqual(["relay", []]);
      }),
    );
  });
});
