/** What stands over everything while the sound is held up. */
import { useStage } from "./stage.ts";
import { soundWords } from "./words.ts";
import styles from "./jam.module.css";

/** Blocked or interrupted sound: one brass bar over the transport, with the cause. */
export function SoundBar() {
  const { session } = useStage();
  const sound = session.sound.value;
  const { state } = sound;
  if (
    session.phase.value.kind !== "jamming" ||
    (state !== "interrupted" && state !== "failed" && state !== "off")
  )
    return null;
  return (
    <div class={styles.soundBar} role="alert">
      <span>{soundWords(sound)}</span>
      <button type="button" onClick={() => session.soundOn()}>
        Sound on
      </button>
    </div>
  );
}
