/** Records a stretch of its input on the audio thread and hands it over whole. */
class TapProcessor extends AudioWorkletProcessor {
  readonly #left: Float32Array;
  readonly #right: Float32Array;
  #firstFrame = -1;

  constructor(options: { processorOptions: { frames: number } }) {
    super();
    this.#left = new Float32Array(options.processorOptions.frames);
    this.#right = new Float32Array(options.processorOptions.frames);
  }

  /** Audio thread: yes. The one message is posted when the recording is over. */
  process(inputs: Float32Array[][]): boolean {
    if (this.#firstFrame < 0) this.#firstFrame = currentFrame;
    const left = inputs[0]?.[0];
    const right = inputs[0]?.[1] ?? left;
    const from = currentFrame - this.#firstFrame;
    const count = Math.min(128, this.#left.length - from);
    for (let i = 0; i < count; i++) {
      this.#left[from + i] = left ? (left[i] as number) : 0;
      this.#right[from + i] = right ? (right[i] as number) : 0;
    }
    if (from + count < this.#left.length) return true;
    this.port.postMessage({ firstFrame: this.#firstFrame, channels: [this.#left, this.#right] }, [
      this.#left.buffer,
      this.#right.buffer,
    ]);
    return false;
  }
}

registerProcessor("tutti-tap", TapProcessor);
