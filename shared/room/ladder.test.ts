import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LadderEffect, type LadderInput, type LadderState, nextTick, START, step } from "./ladder.ts";

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

  test("[LAD1] a proved path is used before the one below it is closed", () => {
    const { state, effects } = run([
      [{ type: "target", target: "mesh" }, 0],
      [{ type: "proved", rung: "mesh" }, 1],
      [{ type: "target", target: "sfu" }, 2],
      [{ type: "proved", rung: "sfu" }, 3],
    ]);
    expect(state.current).toBe("sfu");
    expect(effects.slice(1)).toEqual([
      { type: "use", rung: "mesh" },
      { type: "open", rung: "sfu" },
      { type: "use", rung: "sfu" },
      { type: "close", rung: "mesh" },
    ]);
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

  test("[LAD3] whatever happens, at most one path is open beside the current one, and none is left open", () => {
    const input = fc.oneof(
      fc.constantFrom("relay", "mesh", "sfu").map((target) => ({ type: "target", target }) as LadderInput),
      fc.constantFrom("mesh", "sfu").map((rung) => ({ type: "proved", rung }) as LadderInput),
      fc.constantFrom("mesh", "sfu").map((rung) => ({ type: "failed", rung }) as LadderInput),
      fc.constant<LadderInput>({ type: "tick" }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.integer({ min: 0, max: 20 })), { maxLength: 60 }), (inputs) => {
        let state: LadderState = START;
        let now = 0;
        const open = new Set<string>();
        for (const [next, wait] of inputs) {
          now += wait;
          const result = step(state, next, now);
          state = result.state;
          for (const effect of result.effects) {
            if (effect.type === "open") {
              expect(open.has(effect.rung)).toBe(false);
              open.add(effect.rung);
            }
            if (effect.type === "close") expect(open.delete(effect.rung)).toBe(true);
            if (effect.type === "use" && effect.rung !== "relay") expect(open.has(effect.rung)).toBe(true);
          }
          const expected = new Set<string | undefined>([state.current, state.climbing?.rung]);
          for (const rung of ["relay", undefined]) expected.delete(rung);
          expect(open).toEqual(expected);
        }
      }),
    );
  });
});
