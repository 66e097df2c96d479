/** The last node of a mix, on the audio thread: the limiter, and the gate that shuts after a break in time. */
import { BreakGate } from "./break-gate.ts";
import { Limiter } from "./limiter.ts";

const SILENCE = new Float32Array(128);

class LimiterProcessor extends AudioWorkletProcessor {
  readonly #limiter = new Limiter(sampleRate);
  readonly #gate = new BreakGate(sampleRate);

  /** Audio thread: yes. */
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const input = inputs[0];
    const output = outputs[0];
    const outLeft = output?.[0];
    const outRight = output?.[1];
    if (!outLeft || !outRight) return true;
    const isOpen = this.#gate.isOpen(Date.now(), outLeft.length);
    const left = isOpen ? (input?.[0] ?? SILENCE) : SILENCE;
    const right = isOpen ? (input?.[1] ?? left) : SILENCE;
    this.#limiter.process(left, right, outLeft, outRight);
    return true;
  }
}

registerProcessor("tutti-limiter", LimiterProcessor);
