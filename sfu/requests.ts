/**
 * What a client may ask of the SFU: one schema a method, and who may ask it. Pure; carrying a request out is
 * `room.ts`'s. The shapes are mediasoup's, checked here as far as mediasoup's own code leaves it to the
 * caller: lengths, ranges, closed sets.
 */
import * as v from "valibot";
import { err, ok, type Result } from "#shared/lib/result.ts";
import type { Role, SfuMethod } from "#shared/protocol/messages.ts";

export type SfuErrorCode =
  /** The parameters are not what the method takes. */
  | "INVALID"
  /** The role may not do this: a listener sends nothing, nobody consumes their own. */
  | "FORBIDDEN"
  /** No such transport of this actor, no such producer in this room. */
  | "NOT_FOUND"
  /** It exists already: one producer a label. */
  | "CONFLICT"
  /** More requests wait than a client has reason to send; or it has sent more than anybody does, and has to wait. */
  | "BUSY"
  /** The actor or the room has gone while the request waited. */
  | "CLOSED"
  /** No worker answers at the moment; trying again helps. */
  | "UNAVAILABLE";

/** Longest of mediasoup's ids (a UUID) and of ICE's and DTLS's words, with room to spare. */
const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(128));
const Fingerprint = v.object({
  algorithm: v.picklist(["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"]),
  /** A SHA-512 written as colon-separated bytes has 191 characters. */
  value: v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){0,63}$/)),
});
const DtlsParameters = v.object({
  role: v.exactOptional(v.picklist(["auto", "client", "server"])),
  fingerprints: v.pipe(v.array(Fingerprint), v.minLength(1), v.maxLength(8)),
});

/** `edits` the server hears too, `live` it does not: see the channels in PROTOCOL.md. */
export const Label = v.picklist(["edits", "live"]);
export type Label = v.InferOutput<typeof Label>;

/** Unordered and never retransmitted: a reliable channel stalls 400 ms on the first lost packet. */
const SctpStreamParameters = v.object({
  streamId: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_534)),
  ordered: v.literal(false),
  maxRetransmits: v.literal(0),
});

/**
 * What is sent or taken, in mediasoup's words. Its own code checks every field and that the codec is the
 * room's one, Opus; how large it is and how deep, the WebSocket has bounded.
 */
const AirKind = v.picklist(["input", "mix", "programme"]);
const record = v.record(v.string(), v.unknown());
const records = (max: number) => v.pipe(v.array(record), v.maxLength(max));
const RtpParameters = v.object({
  mid: v.optional(v.pipe(v.string(), v.maxLength(32))),
  codecs: records(4),
  headerExtensions: v.optional(records(32)),
  encodings: v.optional(records(1)),
  rtcp: v.optional(record),
});
const RtpCapabilities = v.object({
  codecs: v.optional(records(64)),
  headerExtensions: v.optional(records(64)),
});

const request = <const M extends SfuMethod, const P extends v.ObjectEntries>(method: M, params: P) =>
  v.object({ method: v.literal(method), params: v.object(params) });

const SfuRequest = v.variant("method", [
  request("capabilities", {}),
  request("createTransport", { direction: v.picklist(["send", "recv"]) }),
  request("connectTransport", { transportId: shortText, dtlsParameters: DtlsParameters }),
  request("restartIce", { transportId: shortText }),
  request("produceData", {
    transportId: shortText,
    sctpStreamParameters: SctpStreamParameters,
    label: Label,
  }),
  request("consumeData", { transportId: shortText, dataProducerId: shortText }),
  request("produce", { transportId: shortText, kind: AirKind, rtpParameters: RtpParameters }),
  request("closeProducer", { kind: AirKind }),
  request("consume", {
    transportId: shortText,
    actor: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff)),
    kind: AirKind,
    rtpCapabilities: RtpCapabilities,
  }),
  request("resume", { consumerId: shortText }),
  request("pause", { consumerId: shortText }),
  request("closeConsumer", { consumerId: shortText }),
]);

/** A request that may be carried out: its method and that method's parameters. */
export type SfuRequest = v.InferOutput<typeof SfuRequest>;

export type ParamsOf<M extends SfuMethod> = Extract<SfuRequest, { readonly method: M }>["params"];

/** Checks a request's parameters and the asker's right to make it; total over any `params`. */
export function parseRequest(
  role: Role,
  method: SfuMethod,
  params: Record<string, unknown>,
): Result<SfuRequest, SfuErrorCode> {
  const parsed = v.safeParse(SfuRequest, { method, params });
  if (!parsed.success) return err("INVALID");
  return mayAsk(role, parsed.output) ? ok(parsed.output) : err("FORBIDDEN");
}

/** A listener only receives. */
function mayAsk(role: Role, asked: SfuRequest): boolean {
  if (role !== "listener") return true;
  if (asked.method === "produceData" || asked.method === "produce") return false;
  return asked.method !== "createTransport" || asked.params.direction === "recv";
}
