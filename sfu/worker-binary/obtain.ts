/**
 * How a machine that has no worker binary gets one. The order: the one named by MEDIASOUP_WORKER_BIN, one
 * that is there already (`known.ts`), mediasoup's own prebuilt download, a build from the sources inside the
 * npm package. Nothing here installs system packages: what is missing is told to the caller.
 */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { version } from "mediasoup";
import { cachedBinary, type Environment, knownBinary, MEDIASOUP_DIR, startsHere } from "./known.ts";

/** What Debian calls the compiler and the libraries that the build needs. */
export const BUILD_PACKAGES = [
  "g++",
  "make",
  "pkg-config",
  "libuv1-dev",
  "libssl-dev",
  "libsrtp2-dev",
  "libabsl-dev",
  "libflatbuffers-dev",
  "flatbuffers-compiler",
] as const;

/** Long enough for 4 MB on a slow line, short enough not to stall a machine that reaches no GitHub. */
const DOWNLOAD_DEADLINE_MS = 20_000;

export type Obtained =
  | { readonly kind: "ready"; readonly binary: string }
  /** It could be built here if these Debian packages were installed. */
  | { readonly kind: "packages"; readonly missing: readonly string[] }
  /** `reason` is a sentence for the person who started this. */
  | { readonly kind: "impossible"; readonly reason: string };

export interface ObtainOptions {
  readonly environment: Environment;
  /** Progress, a line at a time. */
  readonly say: (line: string) => void;
  /** False on a second try after packages were installed: the first has told that it cannot be had. */
  readonly download: boolean;
}

/** Runs the order above and returns the first worker that starts on this machine. */
export async function obtainBinary({ environment, say, download }: ObtainOptions): Promise<Obtained> {
  const known = knownBinary(environment);
  if (known !== null && startsHere(known)) return { kind: "ready", binary: known };
  if (known !== null)
    return {
      kind: "impossible",
      reason: `MEDIASOUP_WORKER_BIN names ${known}, which is not a mediasoup worker that this machine can run.`,
    };

  const target = cachedBinary(environment);
  mkdirSync(dirname(target), { recursive: true });
  // What lies there does not start any more: the system's libraries have changed under it.
  rmSync(target, { force: true });
  if (download && (await downloadPrebuilt(target, environment, say)))
    return { kind: "ready", binary: target };
  return build(target, say);
}

/** The name mediasoup's releases give the archive for this machine; see `npm-scripts.mjs` in its package. */
export function prebuiltUrl(environment: Environment, kernel: string = release()): string {
  const base =
    environment["MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL"] ||
    "https://github.com/versatica/mediasoup/releases/download";
  const suffix = process.platform === "linux" ? `-kernel${Number.parseInt(kernel, 10)}` : "";
  return `${base}/${version}/mediasoup-worker-${version}-${process.platform}-${process.arch}${suffix}.tgz`;
}

async function downloadPrebuilt(
  target: string,
  environment: Environment,
  say: (line: string) => void,
): Promise<boolean> {
  const url = prebuiltUrl(environment);
  say(`Downloading mediasoup's worker from ${new URL(url).host}`);
  const folder = mkdtempSync(`${target}.download-`);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_DEADLINE_MS) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const archive = join(folder, "worker.tgz");
    writeFileSync(archive, new Uint8Array(await response.arrayBuffer()));
    const unpacked = spawnSync("tar", ["-xzf", archive, "-C", folder, "mediasoup-worker"], {
      stdio: "ignore",
    });
    const binary = join(folder, "mediasoup-worker");
    if (unpacked.status !== 0 || !existsSync(binary)) throw new Error("the archive is not as expected");
    chmodSync(binary, 0o755);
    if (!startsHere(binary)) throw new Error("it does not run on this machine");
    renameSync(binary, target);
    return true;
  } catch (error) {
    say(`  not to be had: ${causeOf(error)}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `fetch` hides why it failed in the cause of its error. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}

async function build(target: string, say: (line: string) => void): Promise<Obtained> {
  if (process.platform !== "linux" || spawnSync("dpkg", ["--version"], { stdio: "ignore" }).error)
    return {
      kind: "impossible",
      reason:
        "There is no mediasoup worker for this machine: its prebuilt binary could not be downloaded, and it is built " +
        `from sources on Debian and its relatives only. Build mediasoup ${version}'s worker as its site describes and ` +
        "name it in MEDIASOUP_WORKER_BIN.",
    };
  const missing = BUILD_PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length > 0) return { kind: "packages", missing };

  say("Building mediasoup's worker from its sources (2 to 4 minutes, once)");
  const status = await run(
    join(import.meta.dirname, "build.sh"),
    [join(MEDIASOUP_DIR, "worker"), target],
    say,
  );
  if (status !== 0 || !startsHere(target))
    return { kind: "impossible", reason: "Building mediasoup's worker failed; its output is above." };
  return { kind: "ready", binary: target };
}

function isInstalled(debianPackage: string): boolean {
  // biome-ignore format: the format string is dpkg's, not ours
  const query = spawnSync("dpkg-query", ["-W", "-f=${db:Status-Status}", debianPackage], { encoding: "utf8" });
  return query.status === 0 && query.stdout === "installed";
}

/** Runs a program, handing on each line it prints; resolves with its exit code (1 where it was killed). */
function run(program: string, args: readonly string[], say: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      let rest = "";
      stream.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) say(line);
      });
      stream.on("end", () => rest && say(rest));
    }
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
