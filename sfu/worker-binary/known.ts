/**
 * Where a worker binary may lie already. mediasoup is JavaScript round a native process; this file answers
 * which one to run without ever fetching or building anything (`obtain.ts` does), so that a start without
 * network finds what an earlier one made.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { version } from "mediasoup";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of mediasoup's npm package. */
export const MEDIASOUP_DIR = join(dirname(createRequire(import.meta.url).resolve("mediasoup")), "..", "..");

const RECIPE_DIR = import.meta.dirname;

/**
 * A hash of everything that decides what a build makes: the script, the Makefile and the shim headers.
 * A binary built by another recipe has another key and is not found.
 */
function recipeHash(): string {
  const hash = createHash("sha256");
  const files = readdirSync(RECIPE_DIR, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(\.sh|\.h|^Makefile)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  for (const file of files) hash.update(`${relative(RECIPE_DIR, file)}\0`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

/**
 * Where this installation keeps the worker: outside the checkout, since every clone on a machine can use it,
 * and keyed by what it depends on (mediasoup's version, the platform and the recipe).
 */
export function cachedBinary(environment: Environment): string {
  const cache = environment["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const key = `mediasoup-${version}-${process.platform}-${process.arch}-${recipeHash()}`;
  return join(cache, "tutti", key, "mediasoup-worker");
}

/**
 * Whether this file is a mediasoup worker that the machine can run. Without MEDIASOUP_VERSION in its
 * environment a worker refuses with exit code 41 after its shared libraries are loaded, which is the proof.
 */
export function startsHere(binary: string): boolean {
  const { MEDIASOUP_VERSION: _, ...env } = process.env;
  return spawnSync(binary, { env, stdio: "ignore", timeout: 10_000 }).status === 41;
}

/** The worker of this machine without any work: named by MEDIASOUP_WORKER_BIN, cached, or mediasoup's own. */
export function knownBinary(environment: Environment): string | null {
  const named = environment["MEDIASOUP_WORKER_BIN"];
  if (named) return named;
  const places = [
    cachedBinary(environment),
    join(MEDIASOUP_DIR, "worker", "out", "Release", "mediasoup-worker"),
  ];
  return places.find((place) => existsSync(place) && startsHere(place)) ?? null;
}
