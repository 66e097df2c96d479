/** Changes of audio parameters that nobody hears as a step. */

/** Time constant of every change, in seconds: quick, without a click. */
const RAMP = 0.005;

export class Ramps {
  readonly #context: BaseAudioContext;
  /** Where each parameter is or is going: setting it again would only lengthen its list of events. */
  readonly #targets = new WeakMap<AudioParam, number>();

  constructor(context: BaseAudioContext) {
    this.#context = context;
  }

  /**
   * Moves towards `value` from the context time `at` on; now, where that is past or left out. What was still to come
   * after that is not to come any more.
   */
  to(param: AudioParam, value: number, at = 0): void {
    if (this.#targets.get(param) === value) return;
    this.#targets.set(param, value);
    const from = Math.max(at, this.#context.currentTime);
    param.cancelScheduledValues(from);
    param.setTargetAtTime(value, from, RAMP);
  }

  /** Is `value` at once and exactly, where nobody can hear the step. */
  jump(param: AudioParam, value: number): void {
    this.#targets.set(param, value);
    param.cancelScheduledValues(0);
    param.value = value;
  }
}
