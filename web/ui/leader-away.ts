/** Notices when nobody has led for a while: a leader whose page is reloaded, or loses its connection, is not gone. */
import { effect } from "@preact/signals";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Stage } from "./stage.ts";

/** Tells `stage.leaderAway`. Without a connection nobody knows who is there. Returns the end of it. */
export function watchLeader(stage: Stage): () => void {
  const { people, connection } = stage.session;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const end = effect(() => {
    const isLed = people.value.some(({ role, lost }) => role === "leader" && !lost);
    if (isLed || connection.value.state === "offline") {
      stop();
      stage.leaderAway.value = false;
    } else
      timer ??= setTimeout(() => {
        stage.leaderAway.value = true;
      }, LIMITS.leaderAway * 1_000);
  });
  return () => {
    end();
    stop();
  };
}
