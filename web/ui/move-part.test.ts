import { expect, test } from "vitest";
import { Replica } from "#shared/document/replica.ts";
import { ok } from "#shared/lib/result.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import type { CommandInput } from "#shared/protocol/commands.ts";
import { signal } from "@preact/signals";
import { movePart } from "./move-part.ts";

test("[SCN8] a part goes one place up or down, and stays at the end", () => {
  const done: CommandInput[] = [];
  const room = new Replica({ actor: 0, seed: 0 });
  room.commit(firstWrites(), 0);
  const { tracks } = room.document.jam();
  const session = {
    jam: { tracks: signal(tracks.slice(0, 3).map((track, at) => ({ ...track, id: 5 + at }))) },
    dispatch: (command: CommandInput) => {
      done.push(command);
      return ok(null);
    },
  };
  const before = (id: number, by: -1 | 1) => {
    done.length = 0;
    movePart(session, id, by);
    return done.map((command) => (command.type === "TRACK_SET" ? command.before : "?"));
  };
  expect([before(6, -1), before(7, -1), before(5, 1), before(6, 1)]).toEqual([[5], [6], [7], [null]]);
  expect([before(5, -1), before(7, 1)]).toEqual([[], []]);
});
