/** Copies text where the browser lets us; false where it does not (plain http, a refused permission). */
export async function copyText(text: string): Promise<boolean> {
  // `clipboard` is absent outside of secure contexts.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined) return false;
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
