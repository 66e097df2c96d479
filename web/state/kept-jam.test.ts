import { expect, test } from "vitest";
import { LIMITS } from "#shared/protocol/limits.ts";
import { forgottenRooms, type KeptJam, readKeptJam } from "./kept-jam.ts";

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;
const row = (room: string, daysAgo: number, hasEdits = false) => ({
  room,
  savedMs: NOW - daysAgo * DAY_MS,
  hasEdits,
});

test("[OFF8] a room that was not opened for 90 days is forgotten, whatever waits in it", () => {
  const rooms = [row("new", 1), row("last", 89), row("old", 91), row("waiting", 91, true)];
  expect(forgottenRooms(rooms, NOW)).toEqual(["old", "waiting"]);
});

test("[OFF8] of too many the oldest go, and those with edits last", () => {
  const many = Array.from({ length: LIMITS.keptRooms }, (_, i) => row(`r${i}`, i));
  expect(forgottenRooms(many, NOW)).toEqual([]);
  expect(forgottenRooms([...many, row("edited", 80, true)], NOW)).toEqual([`r${LIMITS.keptRooms - 1}`]);
});

test("[OFF7] a kept jam is read whole or not at all", () => {
  const jam: KeptJam = {
    room: "r",
    savedMs: 1,
    seed: 2,
    snapshot: Uint8Array.of(1),
    role: "performer",
    self: { actor: 3, member: 1, name: "Ann", color: 2 },
    authors: [{ actor: 3, name: "Ann", color: 2 }],
  };
  expect(readKeptJam(structuredClone(jam))).toEqual(jam);
  for (const broken of [undefined, null, {}, { ...jam, role: "owner" }, { ...jam, snapshot: [1] }])
    expect(readKeptJam(broken)).toBeNull();
});
