/** README.md against the code: its settings are those that the server takes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SETTINGS } from "../../signaling/config.ts";

const text = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");

test("the table of settings lists flag, variable, default and meaning of each", () => {
  const rows = text.split("\n").filter((line) => line.startsWith("| `--"));
  expect(rows).toEqual(
    Object.values(SETTINGS).map(
      ({ flag, env, otherwise, about }) => `| \`--${flag}\` | \`${env}\` | ${otherwise} | ${about} |`,
    ),
  );
});
