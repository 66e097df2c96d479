/** The limiter on the audio thread. */
import { Limiter } from "./limiter.ts";

const SILENCE = new Float32Array(128);

class LimiterProcessor extends AudioWorkletProcessor {
  readonly #limiter = new Limiter(sampleRate);

  /** Audio thread: yes. */
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const input = inputs[0];
    const output = outputs[0];
    const outLeft = output?.[0];
    const outRight = output?.[1];
    if (!outLeft || !outRight) return true;
    const left = input?.[0] ?? SILENCE;
    this.#limiter.process(left, input?.[1] ?? left, outLeft, outRight);
    return true;
  }
}

registerProcessor("tutti-limiter", LimiterProcessor);
