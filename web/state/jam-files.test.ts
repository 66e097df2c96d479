import { signal } from "@preact/signals";
import { describe, expect, test, vi } from "vitest";
import { Replica } from "#shared/document/replica.ts";
import { jamFileText, writeJamFile } from "#shared/document/jam-file.ts";
import { err, ok } from "#shared/lib/result.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import type { CommandInput } from "#shared/protocol/commands.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { JamFiles, jamFileName, type JamFilesParts } from "./jam-files.ts";

const server = new Replica({ actor: 0, seed: 1 });
server.commit(firstWrites(), 1);
const TEXT = jamFileText(writeJamFile(server.document));

function files(role: Role = "performer", dispatch: JamFilesParts["dispatch"] = () => ok(null)) {
  const dispatched: CommandInput[] = [];
  const undo = vi.fn<() => void>();
  const it = new JamFiles({
    document: () => server.document,
    role: signal(role),
    dispatch: (command) => {
      dispatched.push(command);
      return dispatch(command);
    },
    undo,
  });
  return { it, dispatched, undo };
}
const file = (text: string, name = "jam.json") => new File([text], name);

describe("opening", () => {
  test("[JAM14] what was saved is opened, by one command that can be taken back", async () => {
    const { it, dispatched, undo } = files();
    const saved = it.save();
    await it.open([file(saved.text)]);
    expect(dispatched).toEqual([{ type: "JAM_REPLACE", jam: writeJamFile(server.document) }]);
    expect(it.news.value).toEqual({ kind: "opened", file: "jam.json", parts: 8, remarks: [] });
    it.undoOpen();
    expect(undo).toHaveBeenCalledOnce();
  });

  test("[JAM14] undo is offered until one's own next edit, which it would take back instead", async () => {
    const { it, undo } = files();
    await it.open([file(TEXT)]);
    it.handleEdit();
    expect(it.news.value).toBeNull();
    it.undoOpen();
    expect(undo).not.toHaveBeenCalled();
  });

  test.each([
    ["a listener's", "FORBIDDEN", "listener", [file(TEXT)]],
    ["two at once", "SEVERAL", "performer", [file(TEXT), file(TEXT)]],
    ["a picture", "JAM_FOREIGN", "performer", [file("\u0089PNG")]],
    ["one of a newer Tutti", "JAM_NEWER", "performer", [file(TEXT.replace('"version": 1', '"version": 2'))]],
    ["a wrong one", "JAM_INVALID", "performer", [file(TEXT.replace('"swing": 54', '"swing": 5'))]],
  ] as const)("[JAM14] %s is refused as %s, and the jam stays", async (_what, fault, role, given) => {
    const { it, dispatched } = files(role);
    await it.open(given);
    expect(it.news.value).toMatchObject({ kind: "refused", what: "open", fault });
    expect(dispatched).toEqual([]);
  });

  test("[JAM14] what the browser cannot read, and what the room does not take, is said", async () => {
    const gone = file(TEXT);
    gone.text = () => Promise.reject(new DOMException("gone", "NotFoundError"));
    const unread = files().it;
    await unread.open([gone]);
    expect(unread.news.value).toMatchObject({ kind: "refused", fault: "UNREADABLE" });
    const full = files("performer", () => err({ code: "UNSENT_FULL", message: "" })).it;
    await full.open([file(TEXT)]);
    expect(full.news.value).toMatchObject({ kind: "refused", fault: "UNSENT_FULL" });
  });
});

test("[JAM14] a file is named after the room and the day, by what every file system takes", () => {
  const day = new Date(2026, 2, 7);
  expect(jamFileName("Late Rehearsal", day)).toBe("Late Rehearsal 2026-03-07.json");
  expect(jamFileName(' ../a\\b: "c"\u202e?\n', day)).toBe("a b c 2026-03-07.json");
  expect(jamFileName("***", day)).toBe("Jam 2026-03-07.json");
});
