/** The HTTP API: `POST /api/rooms` makes a room and answers with its links. Every other path is none. */
import type { IncomingMessage } from "node:http";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import * as v from "valibot";
import { Topology } from "#shared/protocol/messages.ts";
import type { Counters } from "./counters.ts";
import { type Handler, pathOf, sendError, sendJson } from "./http.ts";
import { linksFor, type OriginOptions, requestAddress, requestOrigin } from "./links.ts";
import type { Log } from "./log.ts";
import type { Rooms } from "./rooms.ts";
import type { ServerClock } from "./server-clock.ts";
import type { Tokens } from "./tokens.ts";

/** A request to make a room is a few words. */
const BODY_BYTES = 4_096;

const RoomRequest = v.strictObject({ topology: v.optional(Topology, "auto") });

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
    if (body === null) {
      response.setHeader("Connection", "close");
      return sendError(response, 413, "OVERSIZE", `The body is larger than ${BODY_BYTES} bytes.`);
    }
    const wanted = parseRequest(body);
    if (!wanted)
      return sendError(
        response,
        400,
        "MALFORMED",
        'The body must be {"topology": "auto" | "mesh" | "sfu" | "relay"}.',
      );
    const waitMs = await consume(limiter, requestAddress(request, context.origins));
    if (waitMs !== null) {
      response.setHeader("Retry-After", Math.ceil(waitMs / 1000));
      return sendError(response, 429, "RATE", "This address has made many rooms in the last hour.");
    }
    const made = await context.rooms.create(wanted.topology);
    if (!made.ok) return sendError(response, 503, made.error, "The server holds as many rooms as it may.");
    const { id: room, generations } = made.value;
    const at = {
      origin: requestOrigin(request, context.origins),
      room,
      generations,
      now: context.clock.unixMs() / 1000,
    };
    const links = await linksFor("leader", at, context.tokens);
    context.counters.add("rooms.created");
    context.log.info({ room, topology: wanted.topology }, "room made");
    sendJson(response, 201, { room, links });
  };
}

/** Null when it is larger than it may be. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseRequest(body: string): v.InferOutput<typeof RoomRequest> | null {
  try {
    const parsed = v.safeParse(RoomRequest, body.trim() === "" ? {} : JSON.parse(body));
    return parsed.success ? parsed.output : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
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
