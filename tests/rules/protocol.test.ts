/** PROTOCOL.md against the code: its rules have tests, its tables name what the schemas and limits say. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ERRORS } from "#shared/protocol/errors.ts";
import { FRAME } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { ClientMessage, ServerMessage } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";

const ROOT = join(import.meta.dirname, "../..");
const text = readFileSync(join(ROOT, "PROTOCOL.md"), "utf8");

/** Rules stand as list items: `- **TL3** The beat is …`. */
const rules = [...text.matchAll(/^- \*\*([A-Z][A-Z0-9]*\d)\*\* /gm)].map((match) => match[1] as string);

/** Ids that test titles begin with, in every test file. */
function citedRules(): Set<string> {
  const cited = new Set<string>();
  for (const file of globSync("{shared,signaling,sfu,web,scripts,tests}/**/*.test.{ts,tsx}", { cwd: ROOT })) {
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const match of source.matchAll(/["'`]\[([A-Z][A-Z0-9]*\d)\]/g)) cited.add(match[1] as string);
  }
  return cited;
}

/** The first cells of a table's rows, in the section with this heading. */
function tableKeys(heading: string): string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading));
  expect(section, `PROTOCOL.md has no section "${heading}"`).toBeDefined();
  return [...(section ?? "").matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] as string);
}

describe("PROTOCOL.md", () => {
  test("every rule has a test, and every rule a test cites stands there once", () => {
    const cited = citedRules();
    expect(rules.length).toBeGreaterThan(0);
    expect(new Set(rules).size).toBe(rules.length);
    expect(rules.filter((rule) => !cited.has(rule))).toEqual([]);
    expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([]);
  });

  test("the message tables list every message of each direction", () => {
    const types = (union: { options: readonly { entries: { type: { literal: string } } }[] }) =>
      union.options.map((option) => option.entries.type.literal);
    expect(tableKeys("Messages of a client").toSorted()).toEqual(types(ClientMessage as never).toSorted());
    expect(tableKeys("Messages of the server").toSorted()).toEqual(types(ServerMessage as never).toSorted());
  });

  test("the tables of frames, limits and errors are those of the code", () => {
    expect(tableKeys("Binary frames").toSorted()).toEqual(Object.keys(FRAME).toSorted());
    expect(tableKeys("Limits").toSorted()).toEqual(Object.keys(LIMITS).toSorted());
    expect(tableKeys("Errors").toSorted()).toEqual(Object.keys(ERRORS).toSorted());
  });

  test("the version history ends with the version of the code", () => {
    expect(tableKeys("Versions").at(-1)).toBe(`${VERSION.major}.${VERSION.minor}`);
  });
});
