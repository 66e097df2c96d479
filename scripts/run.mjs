// @ts-check
/**
 * How the scripts run programs: which Node, which PATH, what is printed, and that nothing outlives them.
 * Everything in `scripts/` runs on Node 20 with nothing installed.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules", ".bin");

/** The first Node that runs TypeScript files as they are, without a flag. */
const MIN_NODE = [22, 18];

/** A failure whose message is a sentence for the person at the keyboard; no stack is printed. */
export class SetupError extends Error {}

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {string} version such as v24.21.0
 * @returns {boolean} whether the app runs on it
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_NODE;
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

/** The Node that the app and its tools run on: this one, or the one among the dependencies. */
export function nodeBinary() {
  if (isNewEnough(process.version)) return process.execPath;
  const own = join(BIN, "node");
  if (existsSync(own) && isNewEnough(execFileSync(own, ["--version"], { encoding: "utf8" }).trim()))
    return own;
  throw new SetupError(
    `Tutti needs Node ${MIN_NODE.join(".")} or newer and this is ${process.version}; none comes with the dependencies for ` +
      `${process.platform} on ${process.arch}.`,
  );
}

/**
 * The environment of the tools: the dependencies' programs come first, and so does their Node.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment() {
  return { ...process.env, PATH: `${BIN}${delimiter}${systemPath()}` };
}

/** PATH without the dependencies' programs, which `npm run` puts there: for npm, which replaces them. */
export function systemPath() {
  const path = process.env["PATH"] ?? "";
  return path
    .split(delimiter)
    .filter((entry) => entry !== BIN)
    .join(delimiter);
}

/**
 * @typedef {object} Ran
 * @property {number} code exit code; 128 and the signal's number as shells do, 124 past the deadline
 * @property {string} output what it printed, where it was captured
 */

/**
 * Runs a program in the project's folder to its end.
 *
 * @param {string} program a path, or a name on the PATH of `env`
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, capture?: "all" | "stdout", deadlineMs?: number }} [options] what is
 *   not captured goes to this terminal
 * @returns {Promise<Ran>}
 */
export function run(program, args, options = {}) {
  const { env = toolEnvironment(), capture, deadlineMs } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env,
      stdio: ["ignore", capture ? "pipe" : "inherit", capture === "all" ? "pipe" : "inherit"],
      // With a deadline it leads a process group, so that browsers and servers it started end with it.
      detached: deadlineMs !== undefined,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
      });
    let expired = false;
    let release = () => {};
    if (deadlineMs !== undefined) {
      const end = () => {
        if (child.pid !== undefined) killGroup(child.pid);
      };
      const timer = setTimeout(() => {
        expired = true;
        end();
      }, deadlineMs);
      const forget = whenAskedToEnd((signal) => {
        end();
        process.exit(128 + signalNumber(signal));
      });
      release = () => {
        clearTimeout(timer);
        forget();
      };
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      release();
      resolve({ code: expired ? 124 : (code ?? 128 + signalNumber(signal)), output });
    });
  });
}

const PARENT = process.ppid;

/**
 * Calls back when this process is asked to end: by a signal, or because the npm that runs it is gone. npm
 * hands a SIGTERM on to the shell between, which dies of it without telling anyone.
 *
 * @param {(signal: NodeJS.Signals) => void} callback
 * @returns {() => void} ends the watch
 */
function whenAskedToEnd(callback) {
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, callback);
  const orphanWatch = setInterval(() => {
    if (process.env["npm_lifecycle_event"] === undefined || process.ppid === PARENT) return;
    clearInterval(orphanWatch);
    callback("SIGTERM");
  }, 250);
  orphanWatch.unref();
  return () => {
    clearInterval(orphanWatch);
    for (const signal of signals) process.removeListener(signal, callback);
  };
}

/** @param {number} pid */
function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: it has ended by itself.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  return signal === null ? constants.signals.SIGKILL : constants.signals[signal];
}

/**
 * Runs programs that stay, hands signals on to them, and ends them all as soon as one has ended. Resolves
 * with that one's exit code.
 *
 * @param {readonly { program: string, args: readonly string[], env: NodeJS.ProcessEnv }[]} programs
 * @returns {Promise<number>}
 */
export async function stay(programs) {
  const children = programs.map(({ program, args, env }) =>
    spawn(program, args, { cwd: ROOT, env, stdio: "inherit" }),
  );
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    for (const child of children) child.kill(signal);
  };
  const forget = whenAskedToEnd(forward);
  const endings = children.map(
    (child) =>
      /** @type {Promise<number>} */ (
        new Promise((resolve, reject) => {
          child.on("error", reject);
          child.on("close", (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
        })
      ),
  );
  try {
    return await Promise.race(endings);
  } finally {
    forward("SIGTERM");
    await Promise.allSettled(endings);
    forget();
  }
}

/**
 * The frame of every script: prints an expected failure as its sentence, and sets the exit code.
 *
 * @param {() => Promise<number>} main
 */
export async function script(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
