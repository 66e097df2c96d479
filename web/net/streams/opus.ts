/**
 * Opus as music wants it: stereo both ways, never silent packets, error correction, and room for the highest
 * rate, below which the sender's own parameters hold it. Browsers read these from their own description for
 * what they receive and from the other's for what they send, so that all of them are written.
 */

/** What a sender chooses. */
export interface Quality {
  /** Bits a second, of both channels. */
  readonly bitrate: (typeof BITRATES)[number];
  /** Milliseconds a packet. */
  readonly ptime: 10 | 20;
}

export const BITRATES = [128_000, 256_000, 510_000] as const;
export const MUSIC: Quality = { bitrate: 256_000, ptime: 10 };
/** The most that Opus knows. Bits a second. */
const HIGHEST_BITRATE = 510_000;

/** mediasoup-client's names for the same. */
export const codecOptions = ({ ptime }: Quality) => ({
  opusStereo: true,
  opusFec: true,
  opusDtx: false,
  opusMaxAverageBitrate: HIGHEST_BITRATE,
  opusPtime: ptime,
});

/** Parameters of RFC 7587. */
const PARAMETERS: readonly (readonly [string, number])[] = [
  ["minptime", 10],
  ["useinbandfec", 1],
  ["stereo", 1],
  ["sprop-stereo", 1],
  ["maxaveragebitrate", HIGHEST_BITRATE],
  ["usedtx", 0],
  ["cbr", 0],
];

/**
 * A description, offered or answered, of which every audio part speaks Opus like that. Other parts and other
 * codecs stay as they are. Law: done twice is done once.
 */
export function musicSdp(sdp: string, ptime: number): string {
  const parts = sdp.split(/(?=^m=)/m);
  return parts.map((part) => (part.startsWith("m=audio") ? musicPart(part, ptime) : part)).join("");
}

function musicPart(part: string, ptime: number): string {
  const payload = /^a=rtpmap:(\d+) opus\/48000/im.exec(part)?.[1];
  if (payload === undefined) return part;
  const lines = part.split("\r\n");
  const format = `a=fmtp:${payload} `;
  const stated = lines.find((line) => line.startsWith(format))?.slice(format.length) ?? "";
  const parameters = new Map<string, string>();
  for (const parameter of stated.split(";")) {
    const [name = "", value = ""] = parameter.trim().split("=");
    if (name !== "") parameters.set(name, value);
  }
  for (const [name, value] of PARAMETERS) parameters.set(name, String(value));
  const written = format + [...parameters].map((pair) => pair.join("=")).join(";");
  return lines
    .filter((line) => !line.startsWith(format) && !line.startsWith("a=ptime:"))
    .flatMap((line) =>
      line.startsWith(`a=rtpmap:${payload} `) ? [line, written, `a=ptime:${ptime}`] : [line],
    )
    .join("\r\n");
}
