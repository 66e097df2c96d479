/**
 * What the page of the connection check and the server say to each other on `/ws/check`: no room, no token. The
 * server speaks first, with what there is to try, or with why it does not take part now; then it ends the socket.
 */
import * as v from "valibot";

/** The bounds of a check, each with its reason. */
export const CHECK = {
  /** Seconds after which the server ends it: the slowest probe takes ten. */
  seconds: 30,
  /** Checks at once: each holds two transports of the SFU. */
  atOnce: 16,
  /** Checks a minute from one address: somebody who tries one thing after another, or a few behind one router. */
  perMinute: 12,
  /** Messages from one page: two transports and a dozen round trips. */
  messages: 24,
  /** Bytes of one of them. */
  messageBytes: 1_024,
  /** How long its TURN credentials are good, in seconds: for the check, and a clock that is some minutes off. */
  credentialSeconds: 300,
} as const;

export const Over = v.picklist(["udp", "tcp"]);
export type Over = v.InferOutput<typeof Over>;

const Fingerprint = v.object({
  algorithm: v.pipe(v.string(), v.maxLength(16)),
  /** A SHA-512 written as colon-separated bytes has 191 characters. */
  value: v.pipe(v.string(), v.maxLength(191)),
});

export const CheckRequest = v.variant("type", [
  v.object({ type: v.literal("echo"), n: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000)) }),
  /** For a transport of the SFU, once for each way; the page is its DTLS client. */
  v.object({ type: v.literal("sfu"), over: Over, fingerprint: Fingerprint }),
]);
export type CheckRequest = v.InferOutput<typeof CheckRequest>;

const Candidate = v.object({
  foundation: v.string(),
  priority: v.number(),
  address: v.string(),
  protocol: Over,
  port: v.number(),
});

/** The SFU's end of one transport. */
export const SfuEnd = v.object({
  iceParameters: v.object({ usernameFragment: v.string(), password: v.string() }),
  iceCandidates: v.array(Candidate),
  dtlsParameters: v.object({ fingerprints: v.array(Fingerprint) }),
});
export type SfuEnd = v.InferOutput<typeof SfuEnd>;

export const CheckAnswer = v.variant("type", [
  /** `sfu`: it is there; there is none, by the operator's wish; or there should be one. */
  v.object({
    type: v.literal("check"),
    sfu: v.picklist(["here", "none", "down"]),
    iceServers: v.array(
      v.object({
        urls: v.array(v.string()),
        username: v.optional(v.string()),
        credential: v.optional(v.string()),
      }),
    ),
  }),
  v.object({ type: v.literal("echo"), n: v.number() }),
  /** Without `end` the SFU could not make one. */
  v.object({ type: v.literal("sfu"), over: Over, end: v.optional(SfuEnd) }),
  /** RATE: this address has made many. FULL: others are being checked. */
  v.object({ type: v.literal("busy"), reason: v.picklist(["RATE", "FULL"]), afterSeconds: v.number() }),
]);
export type CheckAnswer = v.InferOutput<typeof CheckAnswer>;
