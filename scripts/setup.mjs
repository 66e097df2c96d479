// @ts-check
/**
 * What has to be there before anything runs, each made only if it is missing or stale: the locked
 * dependencies, a mediasoup worker, the built page, a browser for the tests. A second start finds all of
 * it and does nothing.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { nodeBinary, ROOT, run, SetupError, say, systemPath, toolEnvironment } from "./run.mjs";

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/**
 * Whether what is installed is what the lock file says. npm keeps a record of what it installed; it is
 * compared instead of a stamp of our own, so that an `npm ci` by hand counts too. Optional packages may be
 * missing (they are for other platforms), but not of another version.
 *
 * @param {Packages} locked
 * @param {Packages} installed
 */
export function isInstalled(locked, installed) {
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const found = installed[path];
    return found ? found.version === version : optional === true;
  });
}

/** Installs the locked dependencies with npm, without running their scripts. */
export async function ensureDependencies() {
  const record = join(ROOT, "node_modules", ".package-lock.json");
  if (existsSync(record) && isInstalled(packagesOf(join(ROOT, "package-lock.json")), packagesOf(record)))
    return;
  say("Installing the dependencies (npm ci, about half a minute)");
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code } = await run("npm", args, { env: { ...process.env, PATH: systemPath() } });
  if (code !== 0)
    throw new SetupError(`The dependencies could not be installed (npm ci ended with ${code}).`);
}

/**
 * @param {string} file
 * @returns {Packages}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * Gets a mediasoup worker (`sfu/worker-binary` says how) and returns its path.
 *
 * @returns {Promise<string>}
 */
export async function ensureWorker() {
  const command = join("sfu", "worker-binary", "main.ts");
  /** @param {readonly string[]} args */
  const ask = async (args) => {
    const { code, output } = await run(nodeBinary(), [command, ...args], { capture: "stdout" });
    if (code !== 0)
      throw new SetupError(`Getting mediasoup's worker failed (${command} ended with ${code}).`);
    return /** @type {import("../sfu/worker-binary/obtain.ts").Obtained} */ (JSON.parse(output));
  };
  let answer = await ask([]);
  if (answer.kind === "packages") {
    await installPackages(
      answer.missing,
      "Building mediasoup's worker",
      "Without it: SFU_WORKERS=0 npm start",
    );
    answer = await ask(["--no-download"]);
  }
  if (answer.kind === "ready") return answer.binary;
  throw new SetupError(
    answer.kind === "impossible"
      ? answer.reason
      : `Still missing after installing: ${answer.missing.join(" ")}`,
  );
}

/** Builds the page into `dist` unless the one there was built from these very files. */
export async function ensureBuild() {
  const stamp = join(ROOT, "dist", ".inputs");
  const inputs = inputsHash();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return;
  say("Building the page");
  const { code, output } = await run("vite", ["build", "--logLevel", "warn"], { capture: "all" });
  if (code !== 0)
    throw new SetupError(`${output}\nThe page could not be built (vite build ended with ${code}).`);
  writeFileSync(stamp, inputs);
}

/** A hash of every file that the page is built from. */
function inputsHash() {
  const folders = ["web", "shared"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.tsx?$|\.tsbuildinfo$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const single = ["vite.config.ts", "tsconfig.base.json", "package.json", "package-lock.json"];
  const files = [...folders, ...single.map((name) => join(ROOT, name))].toSorted();
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex");
}

/**
 * The Chromium that the browser tests drive: named by CHROMIUM, or Debian's.
 *
 * @returns {Promise<string>}
 */
export async function ensureChromium() {
  const named = process.env["CHROMIUM"];
  if (named) {
    if (existsSync(named)) return named;
    throw new SetupError(`CHROMIUM names ${named}, which is not there.`);
  }
  const debians = "/usr/bin/chromium";
  if (existsSync(debians)) return debians;
  await installPackages(
    ["chromium"],
    "Browser tests",
    "Or name another Chromium: CHROMIUM=/path/to/it npm test",
  );
  return debians;
}

/**
 * Installs Debian packages if this is root; otherwise ends with the command that does.
 *
 * @param {readonly string[]} names
 * @param {string} purpose what they are for, the start of a sentence
 * @param {string} otherwise another way, a line of its own
 */
async function installPackages(names, purpose, otherwise) {
  const install = ["install", "--yes", "--no-install-recommends", ...names];
  const needs = `${purpose} needs these system packages: ${names.join(" ")}`;
  if (!hasApt()) throw new SetupError(`${needs}\n${otherwise}`);
  if (process.getuid?.() !== 0)
    throw new SetupError(
      `${needs}\nInstall them with\n\n  sudo apt-get update && sudo apt-get ${install.join(" ")}\n\n${otherwise}`,
    );
  say(`Installing system packages: ${names.join(" ")}`);
  const env = { ...toolEnvironment(), DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    [...install, "-qq"],
  ]) {
    const { code, output } = await run("apt-get", args, { env, capture: "all" });
    if (code !== 0)
      throw new SetupError(`${output}\napt-get ${args.join(" ")} ended with ${code}.\n${otherwise}`);
  }
}

function hasApt() {
  try {
    execFileSync("apt-get", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
