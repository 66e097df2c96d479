/**
 * The HTTP API: `POST /api/rooms` makes a room, which may begin with a jam of one's own, and answers with
 * its links. Every other path is none.
 */
import type { IncomingMessage } from "node:http";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import * as v from "valibot";
import { type JamFileErrorCode, type ReadJam, readJamFile } from "#shared/document/jam-file.ts";
import { firstJamWrites } from "#shared/document/jam-replace.ts";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { Topology } from "#shared/protocol/messages.ts";
import type { Counters } from "./counters.ts";
import { type Handler, pathOf, sendError, sendJson } from "./http.ts";
import { linksFor, type OriginOptions, requestAddress, requestOrigin } from "./links.ts";
import type { Log } from "./log.ts";
import type { Rooms } from "./rooms.ts";
import type { ServerClock } from "./server-clock.ts";
import type { Tokens } from "./tokens.ts";

const RoomRequest = v.strictObject({
  topology: v.optional(Topology, "auto"),
  /** The content of a jam's file, read as one. */
  jam: v.optional(v.unknown()),
});

interface WantedRoom {
  readonly topology: Topology;
  /** Null: the jam that every room begins with. */
  readonly jam: ReadJam | null;
}

const REFUSALS = {
  ROOMS_FULL: "The server holds as many rooms as it may.",
  STORAGE: "The server cannot store rooms now: its disk is full.",
} as const;

export interface ApiContext {
  readonly rooms: Rooms;
  readonly tokens: Tokens;
  readonly clock: ServerClock;
  readonly counters: Counters;
  readonly log: Log;
  readonly origins: OriginOptions;
  readonly roomsPerHour: number;
}

export function createApi(context: ApiContext): Handler {
  const limiter = new RateLimiterMemory({ points: context.roomsPerHour, duration: 3_600 });
  return async (request, response) => {
    if (pathOf(request) !== "/api/rooms")
      return sendError(response, 404, "NOT_FOUND", "There is no such path in the API.");
    if (request.method !== "POST") {
      response.setHeader("Allow", "POST");
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "Rooms are made with POST.");
    }
    const body = await readBody(request);
    if (body === null)
      return sendError(response, 413, "OVERSIZE", `The body is larger than ${LIMITS.jamRequestBytes} bytes.`);
    // Counted before it is parsed: a jam that is refused costs as much as one that is not.
    const waitMs = await consume(limiter, requestAddress(request, context.origins));
    if (waitMs !== null) {
      response.setHeader("Retry-After", Math.ceil(waitMs / 1000));
      return sendError(response, 429, "RATE", "This address has made many rooms in the last hour.");
    }
    const wanted = parseRequest(body);
    if (!wanted.ok) return sendError(response, 400, wanted.error.code, wanted.error.message);
    const { topology, jam } = wanted.value;
    const made = await context.rooms.create(topology, jam ? firstJamWrites(jam.jam) : firstWrites());
    if (!made.ok) return sendError(response, 503, made.error, REFUSALS[made.error]);
    const { id: room, generations } = made.value;
    const at = {
      origin: requestOrigin(request, context.origins),
      room,
      generations,
      now: context.clock.unixMs() / 1000,
    };
    const links = await linksFor("leader", at, context.tokens);
    context.counters.add("rooms.created");
    context.log.info({ room, topology }, "room made");
    sendJson(response, 201, { room, links, ...(jam ? { remarks: jam.remarks } : {}) });
  };
}

/** Null when it is larger than it may be. It is read to its end in any case, else the answer would not be. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= LIMITS.jamRequestBytes) chunks.push(chunk as Buffer);
    else chunks.length = 0;
  }
  return size > LIMITS.jamRequestBytes ? null : Buffer.concat(chunks).toString("utf8");
}

function parseRequest(
  body: string,
): Result<WantedRoom, { readonly code: JamFileErrorCode | "MALFORMED"; readonly message: string }> {
  const malformed = err({
    code: "MALFORMED" as const,
    message: 'The body must be {"topology": "auto" | "mesh" | "sfu" | "relay", "jam": …}.',
  });
  let wanted: v.InferOutput<typeof RoomRequest>;
  try {
    const parsed = v.safeParse(RoomRequest, body.trim() === "" ? {} : JSON.parse(body));
    if (!parsed.success) return malformed;
    wanted = parsed.output;
  } catch (error) {
    if (error instanceof SyntaxError) return malformed;
    throw error;
  }
  if (wanted.jam === undefined) return ok({ topology: wanted.topology, jam: null });
  const jam = readJamFile(wanted.jam);
  return jam.ok ? ok({ topology: wanted.topology, jam: jam.value }) : jam;
}

/** Null when the address may, else the ms until it may again. */
async function consume(limiter: RateLimiterMemory, address: string): Promise<number | null> {
  try {
    await limiter.consume(address);
    return null;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error.msBeforeNext;
    throw error;
  }
}
