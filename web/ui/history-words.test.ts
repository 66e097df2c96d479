import { describe, expect, test } from "vitest";
import type { HistoryEdit, HistoryPage } from "../state/history-view.ts";
import { clockTime, previewWords, reachWords, stateWords, whenWords } from "./history-words.ts";

/** A Thursday. */
const NOW = new Date(2026, 10, 19, 15, 30).getTime();
const at = (day: number, hours: number, minutes: number) => new Date(2026, 10, day, hours, minutes).getTime();

const edit: HistoryEdit = {
  n: 1,
  name: "Ada",
  color: 3,
  what: "muted Bass",
  when: at(19, 14, 3),
  bar: 12,
  isLate: false,
  via: null,
};
const page: HistoryPage = {
  state: "ready",
  problem: null,
  edits: [edit],
  moments: [],
  more: false,
  since: 0,
};

describe("words of the history", () => {
  test("[HST16] today a time says enough, this week with its day, before that with its date", () => {
    expect(clockTime(at(19, 14, 3), NOW)).toBe("14:03");
    expect(clockTime(at(17, 14, 3), NOW)).toBe("Tuesday 14:03");
    expect(clockTime(at(2, 14, 3), NOW)).toBe("2 November 14:03");
    expect(reachWords(at(17, 14, 3), NOW)).toBe("History reaches back to Tuesday 14:03.");
  });

  test("[HST16] a line says when, at which bar, whether it was made offline and who brought it", () => {
    expect(whenWords(edit, NOW)).toBe("14:03 · bar 12");
    expect(whenWords({ ...edit, bar: null, isLate: true, via: "Bo" }, NOW)).toBe(
      "14:03 · made offline · via Bo",
    );
  });

  test("[HST16] a moment says which it is, and that it is on its way", () => {
    const preview = { n: 1, when: edit.when, bar: 12, state: "shown" } as const;
    expect(previewWords(preview, NOW)).toBe("The jam as it was at 14:03, bar 12.");
    expect(previewWords({ ...preview, bar: null }, NOW)).toBe("The jam as it was at 14:03.");
    expect(previewWords({ ...preview, state: "loading" }, NOW)).toBe("Looking back to 14:03 …");
  });

  test("[HST16] loading, emptiness and each failure have words, a list of edits needs none", () => {
    expect(stateWords(page)).toBeNull();
    expect(stateWords({ ...page, edits: [], moments: [{ n: 1, when: 1 }] })).toBeNull();
    const said = [
      stateWords({ ...page, state: "loading" }),
      stateWords({ ...page, edits: [] }),
      ...(["offline", "silent", "busy", "unreadable"] as const).map((problem) =>
        stateWords({ ...page, state: "failed", problem }),
      ),
    ];
    expect(new Set(said).size).toBe(said.length);
    for (const words of said) expect(words).toMatch(/[.…]$/);
  });
});
