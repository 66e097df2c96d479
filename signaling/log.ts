/** The log: JSON lines for machines, readable lines on a terminal. Room ids, never tokens, keys or names. */
import { type Logger, pino } from "pino";

export type Log = Logger;

export const LOG_LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The net under the rule: should one of these fields ever be logged, it is left out. */
const REDACTED = ["token", "memberKey", "actorKey", "name", "credential", "links", "secret"].flatMap(
  (field) => [field, `*.${field}`],
);

export function createLog(options: { level: LogLevel; isTerminal: boolean }): Log {
  const redact = { paths: REDACTED, remove: true };
  if (!options.isTerminal) return pino({ level: options.level, redact, base: null });
  return pino({
    level: options.level,
    redact,
    base: null,
    transport: { target: "pino-pretty", options: { translateTime: "HH:MM:ss", ignore: "pid,hostname" } },
  });
}

export const silentLog = (): Log => pino({ level: "silent" });
