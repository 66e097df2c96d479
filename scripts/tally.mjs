// @ts-check
/** Adding up what checks and test runs found. Pure, so that the sum can be trusted. */

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * The part of vitest's JSON report that counts.
 *
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} [numTodoTests]
 * @property {readonly { status: string, assertionResults: readonly { status: string }[] }[]} testResults
 */

/**
 * What a run of vitest found. A file that failed without a failed test in it (it does not load) counts as
 * one failure; so does a run that ends badly though nothing in it failed (a crash, an unhandled rejection,
 * a deadline), one that left no report, and one that ran no test at all.
 *
 * @param {Report | null} report
 * @param {number} exitCode
 * @returns {Count}
 */
export function countRun(report, exitCode) {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const torn = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + torn;
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  const isUnsound = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: isUnsound ? 1 : failed, skipped };
}

/**
 * @param {readonly Count[]} counts
 * @returns {Count}
 */
export function sum(counts) {
  return counts.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}
