/** Code that this page fetches when it is first needed; where the server is away it is asked for again. */

/** Between two attempts. ms */
export const FETCH_AGAIN_MS = 3_000;

/** Returns what to call whenever it is needed: it is fetched once, and then used once. */
export function fetchOnce<T>(fetch: () => Promise<T>, use: (code: T) => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    fetch().then(use, () => {
      setTimeout(() => (isAsked = false), FETCH_AGAIN_MS);
    });
  };
}
