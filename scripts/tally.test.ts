import { describe, expect, test } from "vitest";
import { countRun, sum } from "./tally.mjs";

const file = (...tests: string[]) => ({
  status: tests.includes("failed") ? "failed" : "passed",
  assertionResults: tests.map((status) => ({ status })),
});
const report = (...files: ReturnType<typeof file>[]) => {
  const of = (status: string) =>
    files.flatMap((each) => each.assertionResults).filter((t) => t.status === status).length;
  return {
    numPassedTests: of("passed"),
    numFailedTests: of("failed"),
    numPendingTests: of("pending"),
    testResults: files,
  };
};

describe("countRun", () => {
  test("counts what passed, failed and was skipped", () => {
    expect(countRun(report(file("passed", "failed"), file("passed", "pending")), 1)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
    });
  });

  test("a file that does not load is a failure", () => {
    const torn = { status: "failed", assertionResults: [] };
    expect(countRun(report(file("passed"), torn), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test("a run that ends badly with nothing failed in it is a failure", () => {
    expect(countRun(report(file("passed")), 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(countRun(report(file("passed")), 0)).toMatchObject({ passed: 1, failed: 0 });
  });

  test("a run without tests, or without a report, is a failure", () => {
    expect(countRun(report(), 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(countRun(null, 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});

test("the sum adds up", () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
  expect(
    sum([
      { passed: 2, failed: 0, skipped: 1 },
      { passed: 3, failed: 1, skipped: 0 },
    ]),
  ).toEqual({ passed: 5, failed: 1, skipped: 1 });
});
