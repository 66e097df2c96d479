import { expect, test } from "vitest";
import type { FileNews } from "../state/jam-files.ts";
import { FAULTS, fileWords } from "./file-words.ts";

test("[JAM14] whatever is refused says what was, why, and what to do", () => {
  for (const [fault, { sentence, more }] of Object.entries(FAULTS)) {
    expect(sentence).toMatch(/^[A-Z].*[^.]$/);
    expect(more).toMatch(/^[A-Z].*\.$/);
    const news = { kind: "refused", what: "open", fault, detail: "here", file: "a.json" } as FileNews;
    const why = fault === "JAM_INVALID" ? `${sentence}: here.` : `${sentence}.`;
    expect(fileWords(news)).toEqual({ sentence: `“a.json” was not opened. ${why}`, more });
    expect(fileWords({ ...news, what: "remix" } as FileNews).sentence).toMatch(/^No room was made\. /);
  }
});

test("what was opened says how many parts, and what of it is not known here", () => {
  const opened = { kind: "opened", file: "a.json", parts: 1, remarks: ["One.", "Two."] } as const;
  expect(fileWords(opened)).toEqual({ sentence: "“a.json” is open: 1 part.", more: "One. Two." });
  expect(fileWords({ ...opened, parts: 8, remarks: [] }).sentence).toBe("“a.json” is open: 8 parts.");
});
