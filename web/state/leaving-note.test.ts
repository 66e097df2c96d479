import { expect, test } from "vitest";
import { noteOf, readNote } from "./leaving-note.ts";

test("[OFF4] what a page writes down as it goes is read as it was, every byte of it", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const packed = {
    lives: [{ actor: 3, actorKey: "k", deltas: [all, new Uint8Array()] }],
    loose: [{ madeMs: 1.5, delta: all }],
  };
  expect(readNote(noteOf(packed))).toEqual(packed);
  expect(readNote(noteOf({ lives: [], loose: [] }))).toEqual({ lives: [], loose: [] });
});

test("[OFF7] a note that cannot be read is none", () => {
  for (const text of ["", "{", '{"bytes":"***"}']) expect(readNote(text)).toBeUndefined();
});
