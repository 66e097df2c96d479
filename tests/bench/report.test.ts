import { describe, expect, test } from "vitest";
import { atMost, figure, type Report, toJson, toTable } from "./report.ts";

const report: Report = {
  bench: "edit",
  date: "2026-01-02T03:04:05.000Z",
  load: { cores: 2, before: 0.5, after: 1.25, busy: 0.756 },
  rows: [
    { case: "relay", subject: "tutti", metric: "p50", value: 2, unit: "ms" },
    { case: "relay", subject: "socket.io", metric: "p50", value: 4, unit: "ms" },
    { case: "relay", subject: "tutti", metric: "lost", value: 0, unit: "" },
    { case: "relay", subject: "socket.io", metric: "lost", value: 0, unit: "" },
    { case: "mesh", subject: "tutti", metric: "p50", value: 1.2345678, unit: "ms" },
  ],
  bars: [atMost("p99 in ms", 12.34, 50), atMost("payload in bytes", 11, 10)],
};

describe("a report", () => {
  test("as a table has a block a case, a column a subject, ratios and bars", () => {
    expect(toTable(report).split("\n")).toEqual([
      "edit, 2026-01-02T03:04:05.000Z: 2 cores, load 0.50 before and 1.25 after, 76 % busy",
      "",
      "relay       tutti   socket.io   tutti / socket.io",
      "  p50, ms       2           4                0.50",
      "  lost          0           0                   –",
      "",
      "mesh        tutti",
      "  p50, ms    1.23",
      "",
      "bars",
      "  p99 in ms          12.3   ≤ 50   holds",
      "  payload in bytes     11   ≤ 10   FAILS",
    ]);
  });

  test("as JSON keeps its documented shape, with four digits a figure", () => {
    const parsed = JSON.parse(toJson(report)) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(["bench", "date", "load", "rows", "bars"]);
    expect(parsed["rows"]).toContainEqual({
      case: "mesh",
      subject: "tutti",
      metric: "p50",
      value: 1.235,
      unit: "ms",
    });
    expect(parsed["bars"]).toEqual([
      { name: "p99 in ms", value: 12.34, target: 50, holds: true },
      { name: "payload in bytes", value: 11, target: 10, holds: false },
    ]);
  });

  test("of what was not measured is null in JSON, a dash in the table, and holds no bar", () => {
    const bar = atMost("p50", Number.NaN, 1);
    expect(bar.holds).toBe(false);
    const parsed = JSON.parse(toJson({ ...report, bars: [bar] })) as { bars: unknown };
    expect(parsed.bars).toEqual([{ name: "p50", value: null, target: 1, holds: false }]);
    expect(figure(Number.NaN)).toBe("–");
  });
});
