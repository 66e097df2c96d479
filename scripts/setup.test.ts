import { describe, expect, test } from "vitest";
import { isNewEnough } from "./run.mjs";
import { isInstalled } from "./setup.mjs";

describe("isInstalled", () => {
  const locked = {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/for-another-platform": { version: "2.0.0", optional: true },
  };

  test("holds for what the lock file says, without what is for other platforms", () => {
    expect(isInstalled(locked, { "node_modules/a": { version: "1.0.0" } })).toBe(true);
  });

  test("does not hold where a package is missing or of another version", () => {
    expect(isInstalled(locked, {})).toBe(false);
    expect(isInstalled(locked, { "node_modules/a": { version: "1.0.1" } })).toBe(false);
    expect(
      isInstalled(locked, {
        "node_modules/a": { version: "1.0.0" },
        "node_modules/for-another-platform": { version: "1.0.0" },
      }),
    ).toBe(false);
  });
});

test.each([
  ["v20.20.2", false],
  ["v22.17.1", false],
  ["v22.18.0", true],
  ["v24.21.0", true],
])("Node %s runs TypeScript as it is: %s", (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
