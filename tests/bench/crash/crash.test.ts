import { expect, test } from "vitest";
import { seededRandom } from "#shared/lib/random.ts";
import { cutEverywhere } from "./cuts.ts";
import { killAgainAndAgain } from "./kills.ts";

test("[JRN3] what was acknowledged is there after the server was killed in that moment, 20 times", async () => {
  const counts = await killAgainAndAgain(20, seededRandom(1));
  expect(counts.acknowledged).toBeGreaterThanOrEqual(20);
  expect(counts.lost).toBe(0);
}, 600_000);

test("[JRN4] a log that is cut anywhere opens with all that was acknowledged by then, and no commit in part", async () => {
  const { cuts, ...bad } = await cutEverywhere(12);
  expect(cuts).toBeGreaterThan(700);
  expect(bad).toEqual({ unopened: 0, lost: 0, torn: 0 });
}, 300_000);
