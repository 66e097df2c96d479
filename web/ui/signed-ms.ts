/** "+0.8 ms", with a true minus sign. */
export function signedMs(seconds: number): string {
  const ms = seconds * 1_000;
  const text = Math.abs(ms) >= 10 ? Math.abs(ms).toFixed(0) : Math.abs(ms).toFixed(1);
  return `${Number(text) === 0 ? "±" : ms < 0 ? "\u2212" : "+"}${text} ms`;
}
