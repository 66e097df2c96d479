/** When two pages have the same jam, and the server all of it. */
import type { Inspection, JamPage } from "./browser.ts";
import { until } from "./until.ts";

/** Everything either wrote is with the server and with the other. */
export async function untilAlike(a: JamPage, b: JamPage): Promise<void> {
  let states: Inspection[] = [];
  await until(
    async () => {
      states = await Promise.all([a.inspect(), b.inspect()]);
      const [one, other] = states;
      const delivered = states.every((state) => state.unacknowledged === 0);
      return delivered && one?.document.digest === other?.document.digest;
    },
    { what: "one digest", timeoutMs: 30_000, detail: () => JSON.stringify(states) },
  );
}
