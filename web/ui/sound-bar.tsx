/** What stands over everything while the sound is held up, or has gone to another output. */
import type { SessionView } from "../state/view.ts";
import { useStage } from "./stage.ts";
import { outputWords, soundWords } from "./words.ts";
import styles from "./jam.module.css";

/** Why the bar is there, in words; null while all is well. */
function causeOf({ entrance: { sound }, sync }: SessionView): string | null {
  const { state } = sound.value;
  if (state === "interrupted" || state === "failed" || state === "off") return soundWords(sound.value);
  return state === "running" && sync.outputChanged.value ? outputWords(sync.output.value.label) : null;
}

/** Sound that is blocked, interrupted or somewhere else: one brass bar over the transport, with the cause. */
export function SoundBar() {
  const { session } = useStage();
  const cause = causeOf(session);
  if (session.entrance.phase.value.kind !== "jamming" || cause === null) return null;
  return (
    <div class={styles.soundBar} role="alert">
      <span>{cause}</span>
      <button
        type="button"
        onClick={() => {
          session.entrance.soundOn();
          session.sync.setSeen();
        }}
      >
        Sound on
      </button>
    </div>
  );
}
