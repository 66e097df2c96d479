/** Waits for a state, with a deadline: polls `condition` until it is truthy and returns what it gave. */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { what: string; timeoutMs?: number; detail?: () => unknown },
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + (options.timeoutMs ?? 15_000);
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined)
      return value as NonNullable<Exclude<T, false>>;
    if (performance.now() > deadline) {
      const detail = options.detail ? `\n${String(options.detail())}` : "";
      throw new Error(`waited in vain for ${options.what}${detail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
