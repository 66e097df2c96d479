import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Register } from "#shared/document/snapshot-codec.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import type { Row } from "#shared/document/gestures.ts";
import { Replica } from "#shared/document/replica.ts";
import { RequestError } from "../net/outstanding.ts";
import type { PastPage } from "../net/past.ts";
import { History } from "./history.ts";

const set = (step: number, velocity = 100): Write => ({
  key: { kind: "note", track: 1, pattern: 0, step, pitch: 60 },
  value: { velocity, gate: 1, probability: 1, ratchet: 1 },
});
const part: Write[] = [
  { key: { kind: "track", track: 1, field: "alive" }, value: true },
  { key: { kind: "track", track: 1, field: "name" }, value: "Bass" },
];

/** A jam of mine (actor 1), whose server keeps every delta as a row and hands out four of them at a time. */
function jam() {
  const replica = new Replica({ actor: 1, seed: 1 });
  const rows: Row[] = [];
  const moments = new Map<number, Register[]>();
  const said: string[] = [];
  let shown = 0;
  let problem: RequestError | null = null;
  const commit = (writes: readonly Write[], ms: number): Delta => {
    const delta = replica.commit(writes, ms);
    rows.unshift({ n: rows.length + 1, stamp: delta.stamp, received: ms, via: null, writes: delta.writes });
    moments.set(rows.length, [...replica.document.registers()]);
    return delta;
  };
  const page = (before: number | null): Promise<PastPage> => {
    if (problem) return Promise.reject(problem);
    const older = rows.filter(({ n }) => before === null || n < before);
    const some = older.slice(0, 4);
    const more = older.length > some.length;
    return Promise.resolve({ rows: some, more, since: 500, moments: more ? [] : [{ n: 0, received: 400 }] });
  };
  const moment = (n: number): Promise<readonly Register[]> =>
    problem ? Promise.reject(problem) : Promise.resolve(moments.get(n) ?? []);
  let ms = 1_000_000;
  const history = new History({
    past: () => ({ page, moment }),
    document: () => replica.document,
    author: () => ({ name: "Ada", color: 3 }),
    isMe: (actor) => actor === 1,
    wallMs: (roomMs) => roomMs + 7,
    write: (deltas) => {
      for (const writes of deltas) commit(writes, (ms += 1));
    },
    show: () => {
      shown += 1;
    },
    say: (sentence) => said.push(sentence),
    takeBackMine: () => "",
  });
  return {
    history,
    replica,
    commit,
    said,
    get shown() {
      return shown;
    },
    fail(error: RequestError | null) {
      problem = error;
    },
  };
}

/** Ten edits, each far enough from the one before to be a line of its own. */
function longJam() {
  const it = jam();
  it.commit(part, 1_000);
  for (let i = 1; i < 10; i++) it.commit([set(i)], i * 10_000);
  return it;
}
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the panel of the past", () => {
  test("[HST17] it opens on the newest edits and scrolls back page by page, to where it ends", async () => {
    const { history } = longJam();
    history.open();
    expect(history.page.value.state).toBe("loading");
    await settled();
    expect(history.page.value).toMatchObject({ state: "ready", more: true, since: 507, moments: [] });
    expect(history.page.value.edits.map(({ n }) => n)).toEqual([10, 9, 8, 7]);
    expect(history.page.value.edits[0]).toMatchObject({
      name: "You",
      what: "set C4 at step 10 in Bass",
      when: 90_007,
      bar: null,
    });
    history.loadMore();
    await settled();
    history.loadMore();
    await settled();
    expect(history.page.value.edits.map(({ n }) => n)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(history.page.value).toMatchObject({ more: false, moments: [{ n: 0, when: 407 }] });
    history.loadMore();
    await settled();
    expect(history.page.value.edits).toHaveLength(10);
  });

  test("[HST17] edits made meanwhile come to the top, and a hole between pages is never shown", async () => {
    const { history, commit } = longJam();
    history.open();
    await settled();
    history.loadMore();
    await settled();
    commit([set(20)], 200_000);
    history.edited();
    history.edited();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(history.page.value.edits.map(({ n }) => n)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3]);
    for (let i = 0; i < 6; i++) commit([set(30 + i)], 300_000 + i * 10_000);
    history.edited();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(history.page.value.edits.map(({ n }) => n)).toEqual([17, 16, 15, 14]);
    history.close();
    history.edited();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(history.page.value.edits).toEqual([]);
  });

  test("[HST17] what fails says why, keeps what is there, and is asked anew when the connection is back", async () => {
    const it = longJam();
    const { history } = it;
    history.open();
    await settled();
    for (const [error, problem] of [
      [RequestError.closed("history"), "offline"],
      [RequestError.timeout("history"), "silent"],
      [RequestError.refused("history", "RATE"), "busy"],
      [RequestError.refused("history", "UNAVAILABLE"), "unreadable"],
    ] as const) {
      it.fail(error);
      history.edited();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(history.page.value).toMatchObject({ state: "failed", problem });
      expect(history.page.value.edits).toHaveLength(4);
      it.fail(null);
      history.connected();
      await settled();
      expect(history.page.value).toMatchObject({ state: "ready", problem: null });
    }
  });
});

describe("a moment of the past", () => {
  test("[HST18] it is shown in place of the present, and left again", async () => {
    const it = longJam();
    it.history.open();
    await settled();
    it.history.look(8);
    expect(it.history.preview.value).toMatchObject({ n: 8, state: "loading" });
    expect(it.history.moment).toBeNull();
    await settled();
    expect(it.history.preview.value?.state).toBe("shown");
    expect(it.history.moment?.notes(1, 0)).toHaveLength(7);
    expect(it.replica.document.notes(1, 0)).toHaveLength(9);
    it.history.back();
    expect(it.history.preview.value).toBeNull();
    expect(it.history.moment).toBeNull();
    expect(it.shown).toBe(2);
  });

  test("[HST18] restoring it is an edit of the present, and says that it can be undone", async () => {
    const it = longJam();
    it.history.open();
    await settled();
    it.history.look(8);
    await settled();
    // Meanwhile the jam goes on.
    it.commit([set(40)], 500_000);
    it.history.restore();
    expect(it.replica.document.notes(1, 0)).toHaveLength(7);
    expect(it.history.preview.value).toBeNull();
    expect(it.said).toEqual(["The jam is as it was. Undo takes that back."]);
    it.history.restore();
    expect(it.said).toHaveLength(1);
  });

  test("[HST18] one that is not kept any more, or that nobody waits for, changes nothing", async () => {
    const it = longJam();
    it.history.open();
    await settled();
    it.fail(RequestError.refused("moment", "NOT_FOUND"));
    it.history.look(8);
    await settled();
    expect(it.history.preview.value).toBeNull();
    expect(it.said).toEqual(["That moment is not kept any more."]);
    it.fail(null);
    it.history.look(8);
    it.history.back();
    await settled();
    expect(it.history.moment).toBeNull();
  });
});
