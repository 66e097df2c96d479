import { expect, test } from "vitest";
import type { Status } from "../protocol/messages.ts";
import { isNews } from "./status.ts";

const status: Status = {
  clock: { state: "locked", offset: 0.0004, errorBound: 0.001, rtt: 0.02 },
  rung: "mesh",
  direct: [2, 3],
  sound: "on",
  renderAhead: 0.04,
};

test("[ROOM8] a first status is news, the same again is not", () => {
  expect(isNews(null, status)).toBe(true);
  expect(isNews(status, { ...status, direct: [3, 2] })).toBe(false);
});

test("[ROOM8] measuring noise is no news", () => {
  const clock = { state: "locked", offset: 0.00045, errorBound: 0.0012, rtt: 0.0215 } as const;
  expect(isNews(status, { ...status, clock })).toBe(false);
});

test("[ROOM8] a changed rung, sound, state, offset or hearing is news", () => {
  expect(isNews(status, { ...status, rung: "relay" })).toBe(true);
  expect(isNews(status, { ...status, sound: "interrupted" })).toBe(true);
  expect(isNews(status, { ...status, renderAhead: 0.2 })).toBe(true);
  expect(isNews(status, { ...status, direct: [2] })).toBe(true);
  expect(isNews(status, { ...status, direct: [2, 4] })).toBe(true);
  expect(isNews(status, { ...status, clock: { ...status.clock, state: "holdover" } })).toBe(true);
  expect(isNews(status, { ...status, clock: { ...status.clock, offset: 0.0006 } })).toBe(true);
});

test("[ROOM8] another clock of the capture is news, its drift by a few ms is not", () => {
  const told: Status = { ...status, captureEpoch: -1_795_000_000.123 };
  expect(isNews(status, told)).toBe(true);
  expect(isNews(told, { ...told, captureEpoch: -1_795_000_000.127 })).toBe(false);
  expect(isNews(told, { ...told, captureEpoch: -1_795_000_000.14 })).toBe(true);
});
