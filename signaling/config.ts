/**
 * Every setting of the server in one table: flag, environment variable, meaning, default and what it
 * must be. A flag wins over its variable; a wrong value is answered by a sentence that names it.
 */
import { availableParallelism } from "node:os";
import { type ArgsDef, defineCommand, parseArgs, renderUsage } from "citty";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import * as v from "valibot";
import { areAnnounceable, isLoopback } from "./addresses.ts";
import type { IceServer, IceSettings } from "./ice.ts";
import { LOG_LEVELS } from "./log.ts";

const whole = (min: number, max: number) =>
  v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.minValue(min), v.maxValue(max));
const flag = v.pipe(
  v.picklist(["1", "0", "true", "false", "yes", "no"]),
  v.transform((text) => text === "1" || text === "true" || text === "yes"),
);
const filled = v.pipe(v.string(), v.trim(), v.minLength(1));
const origin = v.pipe(
  v.string(),
  v.regex(/^https?:\/\//),
  v.url(),
  v.transform((text) => new URL(text)),
  v.check((url) => url.pathname === "/" && url.search === "" && url.hash === ""),
  v.transform((url) => url.origin),
);
const iceUrls = (scheme: RegExp) =>
  v.pipe(
    v.string(),
    v.transform((text) => text.split(",").map((url) => url.trim())),
    v.array(v.pipe(v.string(), v.regex(scheme))),
  );

interface Setting<S extends v.GenericSchema<string, unknown> = v.GenericSchema<string, unknown>> {
  readonly flag: string;
  readonly env: string;
  readonly about: string;
  /** Completes "PORT must be …". */
  readonly must: string;
  readonly schema: S;
  /** Shown in the help; the value itself is filled in below where it depends on others. */
  readonly otherwise: string;
}

const setting = <S extends v.GenericSchema<string, unknown>>(
  flagName: string,
  env: string,
  about: string,
  must: string,
  schema: S,
  otherwise: string,
): Setting<S> => ({ flag: flagName, env, about, must, schema, otherwise });

const port = "a port from 0 to 65535";

export const SETTINGS = {
  port: setting("port", "PORT", "Port of the page and its server", port, whole(0, 65_535), "7700"),
  host: setting("host", "HOST", "Address to listen on", "an address", filled, "127.0.0.1"),
  lan: setting(
    "lan",
    "LAN",
    "Listen on all interfaces with HTTPS, for people on this network",
    "yes or no",
    flag,
    "no",
  ),
  dataDir: setting("data-dir", "DATA_DIR", "Where rooms and keys are kept", "a folder", filled, "data"),
  distDir: setting("dist-dir", "DIST_DIR", "Where the built page is", "a folder", filled, "dist"),
  publicUrl: setting(
    "public-url",
    "PUBLIC_URL",
    "Origin that links start with, behind a proxy",
    "an origin like https://jam.example.org",
    origin,
    "the request's own",
  ),
  trustProxy: setting("trust-proxy", "TRUST_PROXY", "Believe X-Forwarded-* headers", "yes or no", flag, "no"),
  tlsCert: setting("tls-cert", "TLS_CERT", "Certificate chain to use, PEM", "a file", filled, "none"),
  tlsKey: setting("tls-key", "TLS_KEY", "Its private key, PEM", "a file", filled, "none"),
  rtcPort: setting(
    "rtc-port",
    "RTC_PORT",
    "First UDP and TCP port of the SFU, one for each worker",
    port,
    whole(0, 65_535),
    "PORT + 1",
  ),
  sfuWorkers: setting(
    "sfu-workers",
    "SFU_WORKERS",
    "SFU workers; 0 runs without an SFU",
    "a whole number from 0 to 64",
    whole(0, 64),
    "one for each core",
  ),
  consumersPerRouter: setting(
    "consumers-per-router",
    "CONSUMERS_PER_ROUTER",
    "Consumers of one room on one SFU worker, from which on newcomers go to another worker",
    "a whole number from 1 to 100000",
    whole(1, 100_000),
    "400",
  ),
  workerBin: setting(
    "mediasoup-worker-bin",
    "MEDIASOUP_WORKER_BIN",
    "The mediasoup worker to run",
    "a file",
    filled,
    "what the set-up has got",
  ),
  announcedAddress: setting(
    "announced-address",
    "ANNOUNCED_ADDRESS",
    "Address under which browsers reach the SFU, or an IPv4 and an IPv6 one by a comma",
    "an address, or one of IPv4 and one of IPv6",
    v.pipe(
      v.string(),
      v.transform((text) => text.split(",").map((address) => address.trim())),
      v.array(v.pipe(v.string(), v.regex(/^[\w.:%-]+$/))),
    ),
    "HOST on loopback, the network's with --lan",
  ),
  stunUrls: setting(
    "stun-urls",
    "STUN_URLS",
    "STUN servers, by commas",
    "stun: URLs",
    iceUrls(/^stuns?:\S+$/),
    "none",
  ),
  turnUrls: setting(
    "turn-urls",
    "TURN_URLS",
    "TURN servers, by commas",
    "turn: URLs",
    iceUrls(/^turns?:\S+$/),
    "none",
  ),
  turnUsername: setting(
    "turn-username",
    "TURN_USERNAME",
    "User name at the TURN servers",
    "text",
    filled,
    "none",
  ),
  turnCredential: setting(
    "turn-credential",
    "TURN_CREDENTIAL",
    "Password at the TURN servers",
    "text",
    filled,
    "none",
  ),
  turnSecret: setting(
    "turn-secret",
    "TURN_SECRET",
    "Secret shared with the TURN servers (coturn: use-auth-secret)",
    "text",
    filled,
    "none",
  ),
  logLevel: setting(
    "log-level",
    "LOG_LEVEL",
    "How much is logged",
    `one of ${LOG_LEVELS.join(", ")}`,
    v.picklist(LOG_LEVELS),
    "info",
  ),
  maxRooms: setting(
    "max-rooms",
    "MAX_ROOMS",
    "Rooms kept at once",
    "a whole number from 1 to 100000",
    whole(1, 100_000),
    "10000",
  ),
  roomExpiryDays: setting(
    "room-expiry-days",
    "ROOM_EXPIRY_DAYS",
    "Days that a room is kept after it was used last",
    "a whole number from 1 to 3650",
    whole(1, 3_650),
    "90",
  ),
  maxPerformers: setting(
    "max-performers",
    "MAX_PERFORMERS",
    "Performers in a room",
    "a whole number from 1 to 64",
    whole(1, 64),
    String(LIMITS.performers),
  ),
  maxListeners: setting(
    "max-listeners",
    "MAX_LISTENERS",
    "Listeners in a room",
    "a whole number from 0 to 10000",
    whole(0, 10_000),
    "200",
  ),
  roomsPerHour: setting(
    "rooms-per-hour",
    "ROOMS_PER_HOUR",
    "Rooms that one address may make in an hour",
    "a whole number from 1 to 100000",
    whole(1, 100_000),
    "60",
  ),
} as const satisfies Record<string, Setting>;

type Settings = typeof SETTINGS;
export type SettingName = keyof Settings;
type Given = { readonly [K in SettingName]: v.InferOutput<Settings[K]["schema"]> | null };

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly lan: boolean;
  readonly dataDir: string;
  readonly distDir: string;
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly rtcPort: number;
  readonly sfuWorkers: number;
  readonly consumersPerRouter: number;
  readonly workerBin: string | null;
  /** At most one of each family. Null: the network's own, to be looked up. */
  readonly announcedAddresses: readonly string[] | null;
  readonly ice: IceSettings;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly maxRooms: number;
  readonly roomExpiryDays: number;
  readonly maxPerformers: number;
  readonly maxListeners: number;
  readonly roomsPerHour: number;
}

const BOOLEAN: ReadonlySet<string> = new Set(["lan", "trust-proxy"]);

const definitions: ArgsDef = Object.fromEntries(
  Object.values(SETTINGS).map((one): [string, ArgsDef[string]] => [
    one.flag,
    BOOLEAN.has(one.flag)
      ? { type: "boolean", description: describe(one) }
      : { type: "string", description: describe(one), valueHint: one.env.split("_").at(-1) ?? one.env },
  ]),
);

function describe(one: Setting): string {
  return `${one.about} (${one.env}; ${one.otherwise})`;
}

/** What `--help` prints. */
export function usage(): Promise<string> {
  const description = "Play together, in time: everyone's browser makes the sound.";
  return renderUsage(defineCommand({ meta: { name: "tutti", description }, args: definitions }));
}

/** The configuration that flags and environment give, or the sentence that says which value is wrong. */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Result<Config, string> {
  const flags = parseArgs([...argv], definitions);
  const strange = unknownArgument(argv, flags._);
  if (strange) return err(`${strange} is not a setting of Tutti; --help lists them.`);
  const given: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(SETTINGS)) {
    const fromFlag = flags[one.flag];
    const text = fromFlag === undefined ? env[one.env] || undefined : String(fromFlag);
    const parsed = text === undefined ? null : v.safeParse(one.schema, text);
    if (parsed && !parsed.success) {
      const source = fromFlag === undefined ? one.env : `--${one.flag}`;
      return err(`${source} must be ${one.must}, but is "${text}".`);
    }
    given[name] = parsed ? parsed.output : null;
  }
  return complete(given as Given);
}

function unknownArgument(argv: readonly string[], positional: readonly string[]): string | null {
  const known = new Set(Object.values(SETTINGS).map((one) => one.flag));
  for (const argument of argv) {
    const name = /^--(?:no-)?([^=]+)/.exec(argument)?.[1];
    if (name !== undefined && !known.has(name)) return argument;
    if (name === undefined && /^-./.test(argument)) return argument;
  }
  return positional[0] ?? null;
}

/** Defaults that depend on other settings, and what several of them must hold together. */
function complete(given: Given): Result<Config, string> {
  const lan = given.lan ?? false;
  const host = given.host ?? (lan ? "0.0.0.0" : "127.0.0.1");
  const httpPort = given.port ?? 7700;
  const sfuWorkers = given.sfuWorkers ?? availableParallelism();
  const rtcPort = given.rtcPort ?? (httpPort === 0 ? 0 : httpPort + 1);
  if (rtcPort + sfuWorkers - 1 > 65_535)
    return err(`RTC_PORT must leave ${sfuWorkers} ports up to 65535, but is ${rtcPort}.`);
  if ((given.tlsCert === null) !== (given.tlsKey === null))
    return err("TLS_CERT and TLS_KEY belong together, but only one of them is set.");
  const ice = iceSettings(given);
  if (!ice.ok) return ice;
  const own = host === "localhost" ? "127.0.0.1" : host;
  const announced = given.announcedAddress ?? (isLoopback(host) ? [own] : null);
  if (announced === null && !lan && sfuWorkers > 0)
    return err(`ANNOUNCED_ADDRESS must say how browsers reach the SFU, since HOST is "${host}".`);
  if (announced !== null && !areAnnounceable(announced, host))
    return err(
      `ANNOUNCED_ADDRESS must be one address, or one of IPv4 and one of IPv6: "${announced.join()}".`,
    );
  return ok({
    port: httpPort,
    host,
    lan,
    dataDir: given.dataDir ?? "data",
    distDir: given.distDir ?? "dist",
    publicUrl: given.publicUrl,
    trustProxy: given.trustProxy ?? false,
    tls: given.tlsCert && given.tlsKey ? { cert: given.tlsCert, key: given.tlsKey } : null,
    rtcPort,
    sfuWorkers,
    consumersPerRouter: given.consumersPerRouter ?? 400,
    workerBin: given.workerBin,
    announcedAddresses: announced,
    ice: ice.value,
    logLevel: given.logLevel ?? "info",
    maxRooms: given.maxRooms ?? 10_000,
    // As long as a link is good: a room without a good link is nobody's any more.
    roomExpiryDays: given.roomExpiryDays ?? 90,
    maxPerformers: given.maxPerformers ?? LIMITS.performers,
    maxListeners: given.maxListeners ?? 200,
    roomsPerHour: given.roomsPerHour ?? 60,
  });
}

function iceSettings(given: Given): Result<IceSettings, string> {
  const {
    stunUrls,
    turnUrls,
    turnUsername: username,
    turnCredential: credential,
    turnSecret: secret,
  } = given;
  const fixed: IceServer[] = stunUrls ? [{ urls: stunUrls }] : [];
  if (secret !== null && (username !== null || credential !== null))
    return err(
      "TURN_SECRET makes user names and passwords: it cannot go with TURN_USERNAME or TURN_CREDENTIAL.",
    );
  if (turnUrls === null)
    return secret === null
      ? ok({ fixed, turn: null })
      : err("TURN_SECRET needs TURN_URLS, which is missing.");
  if (secret !== null) return ok({ fixed, turn: { urls: turnUrls, secret } });
  if (username === null || credential === null)
    return err("TURN_URLS needs TURN_SECRET, or TURN_USERNAME and TURN_CREDENTIAL.");
  return ok({ fixed: [...fixed, { urls: turnUrls, username, credential }], turn: null });
}
