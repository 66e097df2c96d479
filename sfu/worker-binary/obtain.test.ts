import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cachedBinary, knownBinary, startsHere } from "./known.ts";
import { obtainBinary, prebuiltUrl } from "./obtain.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-worker-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that ends as a worker does that was started without mediasoup. */
async function program(exitCode: number): Promise<string> {
  const path = join(folder, `exits-${exitCode}`);
  await writeFile(path, `#!/bin/sh\nexit ${exitCode}\n`);
  await chmod(path, 0o755);
  return path;
}

describe("a worker binary", () => {
  test("[SFU15] is one that refuses to run alone, with exit code 41", async () => {
    expect(startsHere(await program(41))).toBe(true);
    expect(startsHere(await program(0))).toBe(false);
    expect(startsHere(join(folder, "nothing"))).toBe(false);
  });

  test("that is named is the one taken", async () => {
    const environment = { MEDIASOUP_WORKER_BIN: await program(41) };
    expect(knownBinary(environment)).toBe(environment.MEDIASOUP_WORKER_BIN);
    expect(await obtainBinary({ environment, say: () => undefined, download: false })).toEqual({
      kind: "ready",
      binary: environment.MEDIASOUP_WORKER_BIN,
    });
  });

  test("that is named and does not run is told, not passed over", async () => {
    const environment = { MEDIASOUP_WORKER_BIN: await program(1) };
    const answer = await obtainBinary({ environment, say: () => undefined, download: false });
    expect(answer).toMatchObject({ kind: "impossible" });
    expect(answer.kind === "impossible" && answer.reason).toContain(environment.MEDIASOUP_WORKER_BIN);
  });

  test("is cached outside the checkout, by mediasoup's version, the platform and the recipe", () => {
    expect(cachedBinary({ XDG_CACHE_HOME: "/cache" })).toMatch(
      /^\/cache\/tutti\/mediasoup-\d+\.\d+\.\d+-\w+-\w+-[0-9a-f]{12}\/mediasoup-worker$/,
    );
  });

  test("is asked for under the name of mediasoup's releases", () => {
    const environment = { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: "https://mirror.example" };
    const kernel = process.platform === "linux" ? "-kernel6" : "";
    expect(prebuiltUrl(environment, "6.1.0-18-amd64")).toMatch(
      new RegExp(`^https://mirror\\.example/([\\d.]+)/mediasoup-worker-\\1-\\w+-\\w+${kernel}\\.tgz$`),
    );
  });
});
