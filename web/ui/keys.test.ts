import { describe, expect, test } from "vitest";
import { gridKey, moveIn, pageKey, sceneOf } from "./keys.ts";

const press = (key: string, held: Partial<{ shift: boolean; alt: boolean; command: boolean }> = {}) => ({
  key,
  shift: false,
  alt: false,
  command: false,
  ...held,
});
const free = { typing: false, letters: true };

describe("keys of the page", () => {
  test("[UI4] Space starts and stops everywhere but where text is typed", () => {
    expect(pageKey(press(" "), free)).toBe("playStop");
    expect(pageKey(press(" "), { ...free, letters: false })).toBe("playStop");
    expect(pageKey(press(" "), { ...free, typing: true })).toBeNull();
  });

  test("[UI4] letters act alone, and only while they are switched on", () => {
    expect(pageKey(press("m"), free)).toBe("mute");
    expect(pageKey(press("M", { shift: true }), free)).toBe("muteForMe");
    expect(pageKey(press("s"), free)).toBe("solo");
    expect(pageKey(press("t"), free)).toBe("sync");
    expect(pageKey(press("?", { shift: true }), free)).toBe("help");
    for (const key of ["m", "s", "t", "?"])
      expect(pageKey(press(key), { ...free, letters: false })).toBeNull();
    expect(pageKey(press("s", { command: true }), free)).toBeNull();
    expect(pageKey(press("m", { alt: true }), free)).toBeNull();
    expect(pageKey(press("S", { shift: true }), free)).toBeNull();
  });

  test("[SCN5] P and C go from pattern to pattern, figures call scenes, and all are off with the letters", () => {
    expect(pageKey(press("p"), free)).toBe("nextPattern");
    expect(pageKey(press("P", { shift: true }), free)).toBe("previousPattern");
    expect(pageKey(press("c"), free)).toBe("copyPattern");
    expect(pageKey(press("c", { command: true }), free)).toBeNull();
    const scenes = ["1", "9", "0"].map((key) => pageKey(press(key), free));
    expect(scenes.map((action) => action && sceneOf(action))).toEqual([0, 8, null]);
    expect(sceneOf("mute")).toBeNull();
    for (const key of ["p", "c", "1"]) {
      expect(pageKey(press(key), { ...free, letters: false })).toBeNull();
      expect(pageKey(press(key), { ...free, typing: true })).toBeNull();
    }
  });

  test("[UI4] undo and redo work with letters off, and leave a text field its own undo", () => {
    const off = { ...free, letters: false };
    expect(pageKey(press("z", { command: true }), off)).toBe("undo");
    expect(pageKey(press("Z", { command: true, shift: true }), off)).toBe("redo");
    expect(pageKey(press("z", { command: true }), { ...free, typing: true })).toBeNull();
  });
});

describe("keys of a grid", () => {
  test("[UI5] arrows walk and stop at the edges", () => {
    expect(gridKey(press("ArrowRight"))).toBe("right");
    expect(moveIn(2, 16, { row: 0, column: 15 }, "right")).toEqual({ row: 0, column: 15 });
    expect(moveIn(2, 16, { row: 0, column: 3 }, "down")).toEqual({ row: 1, column: 3 });
    expect(moveIn(2, 16, { row: 1, column: 3 }, "down")).toEqual({ row: 1, column: 3 });
    expect(moveIn(2, 16, { row: 1, column: 3 }, "rowEnd")).toEqual({ row: 1, column: 15 });
    expect(moveIn(2, 16, { row: 1, column: 3 }, "rowStart")).toEqual({ row: 1, column: 0 });
  });

  test("[UI5] with Shift or Alt they change the note instead", () => {
    expect(gridKey(press("ArrowUp", { shift: true }))).toBe("louder");
    expect(gridKey(press("ArrowDown", { alt: true }))).toBe("softer");
    expect(gridKey(press("ArrowRight", { shift: true }))).toBe("longer");
    expect(gridKey(press("ArrowLeft", { command: true }))).toBeNull();
  });
});
