/** Calls through at once and then at most every `ms`; the last value of a rush is never lost. */
export interface Throttled<T> {
  (value: T): void;
  /** What waits is sent now. */
  flush(): void;
  /** What waits is forgotten. */
  cancel(): void;
}

export function throttle<T>(ms: number, call: (value: T) => void): Throttled<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: { value: T } | null = null;
  const fire = (): void => {
    timer = null;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    timer = setTimeout(fire, ms);
    call(value);
  };
  const throttled = (value: T): void => {
    waiting = { value };
    if (timer === null) fire();
  };
  return Object.assign(throttled, {
    flush: (): void => {
      if (timer !== null) clearTimeout(timer);
      fire();
    },
    cancel: (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      waiting = null;
    },
  });
}
