/** A recording of the room mix on its way from a page to a test. */
import type { TapRecording } from "../../../web/audio/player.ts";

export interface Recording {
  readonly sampleRate: number;
  readonly contextTime: number;
  readonly hostTime: number;
  readonly roomTime: number;
  readonly residual: number;
  /** Both channels added. */
  readonly samples: Float32Array;
}

export interface PackedRecording extends Omit<Recording, "samples"> {
  /** Of the samples' bytes. */
  readonly base64: string;
}

/** Runs in the page, and may be sent there as text: it refers to nothing outside. */
export function packRecording(tap: TapRecording): PackedRecording {
  const [left, right] = tap.channels as [Float32Array, Float32Array];
  const bytes = new Uint8Array(left.map((sample, i) => sample + (right[i] ?? 0)).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32_768)
    text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  const { sampleRate, contextTime, roomTime, hostTime, residual } = tap;
  return { sampleRate, contextTime, roomTime, hostTime, residual, base64: btoa(text) };
}

export function unpackRecording({ base64, ...rest }: PackedRecording): Recording {
  const bytes = Buffer.from(base64, "base64");
  return { ...rest, samples: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
}

/** What a page evaluates to give a packed recording of its room mix. */
export const tapExpression = (seconds: number): string =>
  `window.tutti.tap(${seconds}).then(${packRecording.toString()})`;
