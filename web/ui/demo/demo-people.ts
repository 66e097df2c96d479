/** The band of the demo page. */
import type { Person } from "../../state/view.ts";

const NAMES = ["Ada", "Viola", "Ben", "Harp", "Mira", "Oboe", "Jun", "Rosa"];

export const person = (index: number, extra: Partial<Person> = {}): Person => ({
  actor: index + 1,
  member: index + 1,
  name: NAMES[index] ?? `P${index}`,
  initials: (NAMES[index] ?? "PP").slice(0, 2).toUpperCase(),
  color: [0, 3, 4, 7, 2, 5, 6, 1][index] ?? index,
  role: "performer",
  self: index === 0,
  rung: "mesh",
  clock: {
    state: "locked",
    offset: [0.0004, -0.0019, 0.0031, 0.011][index] ?? 0,
    errorBound: [0.001, 0.003, 0.002, 0.008][index] ?? 0.002,
    rtt: 0.02,
  },
  sound: "on",
  lost: false,
  ...extra,
});

/** Clocks wander. */
export const wandered = (people: readonly Person[], now: number): readonly Person[] =>
  people.map((each, index) => {
    if (each.clock === null) return each;
    const offset = each.clock.offset + Math.sin(now / 900 + index * 2) * 0.0004;
    return { ...each, clock: { ...each.clock, offset } };
  });
