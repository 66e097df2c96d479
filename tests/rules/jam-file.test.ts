/** docs/jam-file.md against the code: its example is a jam, and its table has the fields of one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseJamFile } from "#shared/document/jam-file.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/jam-file.md"), "utf8");
const example = /```json\n([^]*?)```/.exec(text)?.[1] ?? "";

/** Every field of a value as the table writes it; knobs are the instrument's and not the format's. */
function fields(value: unknown, place = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fields(item, `${place}[]`));
  if (typeof value !== "object" || value === null || place.endsWith(".params")) return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const at = place === "" ? name : `${place}.${name}`;
    return [at, ...fields(item, at)];
  });
}

test("[JAM13] the example is a jam, and nothing of it is lost", () => {
  const read = parseJamFile(example);
  if (!read.ok) throw new Error(read.error.message);
  expect(read.value).toEqual({ jam: JSON.parse(example), remarks: [] });
});

test("[JAM13] the table has every field of a jam, and the ones that have no default must be there", () => {
  const rows = [...text.matchAll(/^\| `([^`]+)` \| [^|]+ \| ([^|]*)\|/gm)];
  const names = rows.map(([, name]) => name ?? "");
  expect(names.toSorted()).toEqual([...new Set(fields(JSON.parse(example)))].toSorted());
  for (const [, name = "", standard = ""] of rows) {
    const read = parseJamFile(JSON.stringify(without(JSON.parse(example), name.split("."))));
    expect([name, read.ok]).toEqual([name, standard.trim() !== ""]);
  }
});

/** The value without the field at this path, in every element of the lists on the way. */
function without(value: Record<string, unknown>, [first = "", ...rest]: string[]): unknown {
  const name = first.replace("[]", "");
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
  const inner = (item: unknown) => without(item as Record<string, unknown>, rest);
  const held = value[name];
  return { ...value, [name]: Array.isArray(held) ? held.map(inner) : inner(held) };
}
