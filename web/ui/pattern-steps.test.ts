import { expect, test } from "vitest";
import { Replica } from "#shared/document/replica.ts";
import type { CommandInput } from "#shared/protocol/commands.ts";
import { ok } from "#shared/lib/result.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import type { Track } from "#shared/music/model.ts";
import { patternName } from "#shared/music/names.ts";
import { copyOnward, freePattern, patternInUse } from "./pattern-steps.ts";

const room = new Replica({ actor: 0, seed: 0 });
room.commit(firstWrites(), 0);

const part = (fields: Partial<Track>): Track => {
  const [first] = room.document.jam().tracks;
  if (!first) throw new Error("no parts");
  return { ...first, ...fields };
};
const ALL = Array.from({ length: 16 }, (_, index) => index);

test("[SCN5] the next pattern is one that holds notes or the first free one, round and round", () => {
  const from = (patternIndex: number, by: 1 | -1) => patternInUse({ filled: [0, 3, 9], patternIndex }, by);
  expect([0, 1, 3, 9].map((at) => from(at, 1))).toEqual([1, 3, 9, 0]);
  expect([0, 1, 3, 9].map((at) => from(at, -1))).toEqual([9, 0, 1, 3]);
  expect(patternInUse({ filled: ALL, patternIndex: 15 }, 1)).toBe(0);
  expect(patternInUse({ filled: [], patternIndex: 0 }, 1)).toBe(0);
  expect(patternName(0) + patternName(15)).toBe("AP");
});

test("[SCN5] a free pattern holds no notes and is not the one shown", () => {
  expect(freePattern({ filled: [0, 1, 3], patternIndex: 2 })).toBe(4);
  expect(freePattern({ filled: ALL, patternIndex: 0 })).toBeNull();
});

test("[SCN5] a copy goes to the first free pattern and is shown, as one gesture; where there is none nothing is done", () => {
  const done: (CommandInput | "end")[] = [];
  const session = {
    gesture: () => () => void done.push("end"),
    dispatch: (command: CommandInput) => {
      done.push(command);
      return ok(null);
    },
  };
  copyOnward(session, part({ id: 7, filled: [0, 1], patternIndex: 1 }));
  expect(done).toEqual([
    { type: "PATTERN_COPY", track: 7, from: 1, to: 2 },
    { type: "PATTERN_SELECT", track: 7, pattern: 2 },
    "end",
  ]);
  done.length = 0;
  copyOnward(session, part({ filled: ALL }));
  copyOnward(session, part({ filled: [0], patternIndex: 3 }));
  expect(done).toEqual([]);
});
