import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Rung } from "#shared/protocol/messages.ts";
import { RUNG_NOTICE_MS, RungNotice, SETTLED_AFTER_MS } from "./rung-notice.ts";
import type { Person } from "./view.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Me, who am on no rung of my own, and others on these. */
function people(...rungs: Rung[]): Person[] {
  const person = {
    initials: "A",
    color: 0,
    role: "performer",
    clock: null,
    sound: "off",
    lost: false,
  } as const;
  return ["relay" as const, ...rungs].map((rung, i) => ({
    ...person,
    actor: i + 1,
    member: i + 1,
    name: `P${i}`,
    self: i === 0,
    rung,
  }));
}

/** What is told while these stand one after the other, each for so many ms. */
function told(...stretches: [readonly Person[], number][]): string[] {
  const notice = new RungNotice();
  const found: string[] = [];
  notice.changedTo.subscribe((rung) => rung !== null && found.push(rung));
  for (const [here, ms] of stretches) {
    // Told of again and again, as with every pong.
    for (let passed = 0; passed < ms; passed += 100) {
      notice.update(here);
      vi.advanceTimersByTime(100);
    }
  }
  notice.close();
  return found;
}

test("[RNG6] each lasting change of rung is told once", () => {
  expect(
    told([people("relay"), 2_000], [people("mesh"), 9_000], [people("sfu"), 2_000], [people("relay"), 5_000]),
  ).toEqual(["mesh", "sfu", "relay"]);
});

test("[RNG6] a moment's fall, and who comes in by the relay, are not told", () => {
  const moment = SETTLED_AFTER_MS - 100;
  const both = people("mesh");
  expect(told([people("relay"), moment], [both, 5_000], [people("relay"), moment], [both, 5_000])).toEqual(
    [],
  );
  expect(told([both, 2_000], [people("mesh", "relay"), 5_000], [people("mesh", "mesh"), 2_000])).toEqual([]);
  expect(told([both, 2_000], [people(), 9_000], [people("relay"), moment], [both, 2_000])).toEqual([]);
});

test("[RNG6] what is told stands for a moment, and no longer than it is true", () => {
  const notice = new RungNotice();
  for (const rung of ["relay", "mesh"] as const) {
    notice.update(people(rung));
    vi.advanceTimersByTime(SETTLED_AFTER_MS);
  }
  expect(notice.changedTo.value).toBe("mesh");
  vi.advanceTimersByTime(RUNG_NOTICE_MS - 1);
  expect(notice.changedTo.value).toBe("mesh");
  vi.advanceTimersByTime(1);
  expect(notice.changedTo.value).toBeNull();
  notice.update(people("sfu"));
  vi.advanceTimersByTime(SETTLED_AFTER_MS);
  expect(notice.changedTo.value).toBe("sfu");
  notice.update(people("sfu", "relay"));
  expect(notice.changedTo.value).toBeNull();
  notice.close();
});
