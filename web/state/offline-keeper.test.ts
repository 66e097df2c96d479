import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OwnEdits } from "#shared/document/own-edits.ts";
import type { PackedUndo } from "#shared/document/undo-record.ts";
import type { KeptJam } from "./kept-jam.ts";
import { Keeper } from "./offline-keeper.ts";
import type { OwnRows } from "./offline-store.ts";

const JAM = { room: "r" } as KeptJam;
const edits = (count: number): OwnEdits => ({
  lives: [],
  loose: Array.from({ length: count }, (_, i) => ({
    madeMs: i,
    writes: [{ key: { kind: "room", field: "swing" }, value: 60 }],
  })),
});

const said = (what: string, { edits: kept, undo: stacks }: OwnRows): string =>
  `${what} ${kept?.loose.length ?? "none"}${stacks ? " and undo" : ""}`;

let written: string[];
let waiting: number;
let undo: PackedUndo | null;
let failures: number;
let disk: "works" | "full" | Promise<void>;

function open(hasEdits = false): Keeper {
  const write = async (what: string): Promise<void> => {
    written.push(what);
    if (disk === "full") throw new DOMException("full", "QuotaExceededError");
    if (disk !== "works") await disk;
  };
  return new Keeper({
    store: {
      writeJam: () => write("jam"),
      writeOwn: (rows: OwnRows) => write(said("edits", rows)),
      noteOwn: (rows: OwnRows) => void written.push(said("note", rows)),
    },
    edits: () => edits(waiting),
    undo: () => undo,
    jam: () => JAM,
    hasEdits,
    handleFailure: () => failures++,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  waiting = 0;
  undo = null;
  failures = 0;
  disk = "works";
});
afterEach(() => {
  vi.useRealTimers();
});

test("[OFF4] an edit that is confirmed at once is never written", async () => {
  const keeper = open();
  keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toEqual([]);
});

test("[OFL6] what can be taken back is written with the edits, and at their pace where none waits", async () => {
  const keeper = open();
  undo = { done: [], undone: [] };
  for (let i = 0; i < 10; i++) {
    keeper.editsChanged();
    keeper.undoChanged();
    await vi.advanceTimersByTimeAsync(30);
  }
  expect(written).toEqual(["edits none and undo"]);
  waiting = 1;
  keeper.editsChanged();
  keeper.undoChanged();
  keeper.flush();
  expect(written.slice(1)).toEqual(["note 1 and undo", "edits 1 and undo"]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(written).toHaveLength(3);
});

test("[OFF4] edits are written together within 0.3 s, and cleared when they are confirmed", async () => {
  const keeper = open();
  for (waiting = 1; waiting < 5; waiting++) keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(300);
  waiting = 0;
  keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(300);
  keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(300);
  expect(written).toEqual(["edits 5", "edits none"]);
});

test("[OFF4] what an earlier page kept is cleared when nothing waits any more", async () => {
  const keeper = open(true);
  keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(300);
  expect(written).toEqual(["edits none"]);
});

test("[OFF4] a page that goes writes at once what is not written yet, and nothing else", async () => {
  const keeper = open();
  keeper.flush();
  expect(written).toEqual([]);
  waiting = 1;
  keeper.editsChanged();
  keeper.jamChanged();
  keeper.flush();
  expect(written).toEqual(["note 1", "edits 1", "jam"]);
  await vi.advanceTimersByTimeAsync(10_000);
  keeper.flush();
  expect(written).toHaveLength(3);
});

test("[OFF4] a page that goes while the disk is busy writes down what is on its way", async () => {
  disk = new Promise(() => undefined);
  const keeper = open();
  waiting = 1;
  keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(300);
  keeper.flush();
  expect(written).toEqual(["edits 1", "note 1"]);
});

test("[OFF4] the document is written at leisure, however often it changes", async () => {
  const keeper = open();
  for (let i = 0; i < 100; i++) {
    keeper.jamChanged();
    await vi.advanceTimersByTimeAsync(15);
  }
  expect(written).toEqual(["jam"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toEqual(["jam", "jam"]);
});

test("[OFF4] behind a slow disk one write waits, with what is newest by then", async () => {
  let answer = (): void => {};
  disk = new Promise((resolve) => {
    answer = resolve;
  });
  const keeper = open();
  for (waiting = 1; waiting < 5; waiting++) {
    keeper.editsChanged();
    await vi.advanceTimersByTimeAsync(400);
  }
  expect(written).toEqual(["edits 1"]);
  answer();
  await vi.advanceTimersByTimeAsync(400);
  expect(written).toEqual(["edits 1", "edits 5"]);
});

test("[OFF5] a disk that fails is told of once, and the next change tries again", async () => {
  const keeper = open();
  waiting = 1;
  disk = "full";
  for (let i = 0; i < 3; i++) {
    keeper.editsChanged();
    keeper.jamChanged();
    await vi.advanceTimersByTimeAsync(3_000);
  }
  expect(failures).toBe(1);
  expect(keeper.works).toBe(false);
  disk = "works";
  keeper.editsChanged();
  await vi.advanceTimersByTimeAsync(300);
  expect(keeper.works).toBe(true);
  expect(written.at(-1)).toBe("edits 1");
});
