/** What stands over everything while the sound is held up. */
import { useStage } from "./stage.ts";
import styles from "./jam.module.css";

/** Blocked or interrupted sound: one brass bar over the transport, with the cause. */
export function SoundBar() {
  const { session } = useStage();
  const { state, cause } = session.sound.value;
  if (
    session.phase.value.kind !== "jamming" ||
    (state !== "interrupted" && state !== "failed" && state !== "off")
  )
    return null;
  return (
    <div class={styles.soundBar} role="alert">
      <span>{cause ?? "Your browser waits for a press before it makes sound."}</span>
      <button type="button" onClick={() => session.soundOn()}>
        Sound on
      </button>
    </div>
  );
}
