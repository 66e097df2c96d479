/** Code that is fetched when it is first wanted (`late.ts`), once for all who want it. A failed fetch is tried anew. */
type Late = typeof import("./late.ts");

let code: Late | null = null;
let fetching: Promise<Late> | null = null;

/** Null while it is not here. */
export const lateCode = (): Late | null => code;

/** Rejects where the server is away and the browser has not kept it. */
export function fetchLate(): Promise<Late> {
  fetching ??= import("./late.ts").then(
    (late) => (code = late),
    (error: unknown) => {
      fetching = null;
      throw error;
    },
  );
  return fetching;
}
