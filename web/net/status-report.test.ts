import { expect, test } from "vitest";
import type { Status } from "#shared/protocol/messages.ts";
import { StatusReport } from "./status-report.ts";

const status: Status = {
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt: 0.02 },
  rung: "sfu",
  direct: [1],
  losing: false,
  sound: "on",
  renderAhead: 0.1,
};

/** How often it reports in a minute of a clock that wanders, and what. */
function reports(isExact: boolean, at: (second: number) => Partial<Status> = () => ({})): Status[] {
  const sent: Status[] = [];
  const report = new StatusReport((told) => {
    sent.push(told);
    return true;
  });
  for (let second = 0; second < 60; second++) {
    const clock = { ...status.clock, offset: second / 1_000 };
    report.turn(second, { ...status, clock, renderAhead: second / 10, ...at(second) }, isExact);
  }
  return sent;
}

test("[CRW8] a listener reports when what it does or hears changes, and not how its clock stands", () => {
  expect(reports(true)).toHaveLength(60);
  expect(reports(false)).toHaveLength(1);
  expect(reports(false, (second) => ({ direct: second < 30 ? [1] : [1, 2] }))).toHaveLength(2);
  expect(reports(false, (second) => ({ losing: second >= 30 }))).toHaveLength(2);
});
