/** What a page hands to the benchmark: both channels of a recording, and how much of a stream was made up. Runs in pages. */
import type { Recording } from "../../../web/audio/tap.ts";

export interface PackedStereo {
  readonly sampleRate: number;
  /** Unix seconds at which the first sample was heard. */
  readonly hostTime: number;
  readonly residual: number;
  /** Of each channel's samples' bytes. */
  readonly base64: readonly string[];
}

export interface Stereo extends Omit<PackedStereo, "base64"> {
  readonly channels: readonly [Float32Array, Float32Array];
}

export interface Concealment {
  readonly concealed: number;
  readonly received: number;
  /** Seconds that all samples together have waited in the jitter buffer, and how many came out of it. */
  readonly waited: number;
  readonly emitted: number;
}

/** May be sent to a page as text: it refers to nothing outside. */
export function packStereo({ sampleRate, hostTime, residual, channels }: Recording): PackedStereo {
  const base64 = channels.map((samples) => {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    let text = "";
    for (let i = 0; i < bytes.length; i += 32_768)
      text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
    return btoa(text);
  });
  return { sampleRate, hostTime, residual, base64 };
}

export function unpackStereo({ base64, ...rest }: PackedStereo): Stereo {
  const [left = new Float32Array(), right = left] = base64.map((text) => {
    const bytes = Buffer.from(text, "base64");
    return new Float32Array(new Uint8Array(bytes).buffer);
  });
  return { ...rest, channels: [left, right] };
}

/** May be sent to a page as text. Of everything these connections have received so far. */
export async function concealmentOf(connections: readonly RTCPeerConnection[]): Promise<Concealment> {
  let [concealed, received, waited, emitted] = [0, 0, 0, 0];
  for (const connection of connections) {
    const report = await connection.getStats();
    report.forEach((entry: Readonly<Record<string, unknown>>) => {
      if (entry["type"] !== "inbound-rtp") return;
      concealed += Number(entry["concealedSamples"] ?? 0);
      received += Number(entry["totalSamplesReceived"] ?? 0);
      waited += Number(entry["jitterBufferDelay"] ?? 0);
      emitted += Number(entry["jitterBufferEmittedCount"] ?? 0);
    });
  }
  return { concealed, received, waited, emitted };
}
