import { describe, expect, test } from "vitest";
import { routeOf } from "./routes.ts";

const HERE = "https://jam.example";
const FILES = new Set(["/assets/index-1.js", "/supersonic/core/a.wasm", "/icon.svg"]);
const ask = (path: string, more: { method?: string; mode?: string } = {}) =>
  routeOf({ method: "GET", mode: "cors", url: new URL(path, HERE).href, ...more }, HERE, FILES);

describe("[OFL1] what the service worker answers", () => {
  test.each(["/", "/?inspect", "/r/Ab-9_", "/r/Ab-9_/", "/r/Ab-9_?inspect"])(
    "[OFL1] the page at %s",
    (path) => {
      expect(ask(path, { mode: "navigate" })).toBe("page");
      expect(ask(path)).toBeNull();
    },
  );

  test.each([
    "/ca",
    "/ca.crt",
    "/check",
    "/check.html",
    "/healthz",
    "/api/rooms",
    "/r/a/b",
    "/l/Ab-9_",
    "/listen.html",
    "/assets/index-1.js",
  ])("[OFL1] no other page: %s", (path) => expect(ask(path, { mode: "navigate" })).toBeNull());

  test("[OFL1] this build's files: those that never change, and the others", () => {
    expect(ask("/assets/index-1.js")).toBe("hashed");
    expect(ask("/supersonic/core/a.wasm")).toBe("file");
    expect(ask("/icon.svg")).toBe("file");
  });

  test("[OFL1] nothing of another build, of the server's words, or of another origin", () => {
    for (const path of ["/assets/index-2.js", "/api/rooms", "/healthz", "/samples/kick.flac", "/sw.js"])
      expect(ask(path)).toBeNull();
    expect(ask("/icon.svg", { method: "POST" })).toBeNull();
    expect(ask("/icon.svg", { method: "HEAD" })).toBeNull();
    expect(ask("https://elsewhere.example/icon.svg")).toBeNull();
  });
});
