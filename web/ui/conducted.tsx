/** What a leader conducts, on the rail for everybody. */
import { useComputed } from "@preact/signals";
import { STEPS_PER_BEAT } from "#shared/music/model.ts";
import { conductedWords } from "./conducted-words.ts";
import { useStage } from "./stage.ts";
import styles from "./rail.module.css";

export function ConductedLine() {
  const stage = useStage();
  const words = useComputed(() => {
    const beat = stage.step.value < 0 ? -1 : Math.floor(stage.step.value / STEPS_PER_BEAT);
    return conductedWords(stage.session.conducting.state.value, beat).join(" · ");
  }).value;
  return (
    <span class={styles.conducted} role="status" title={words} data-conducted>
      {words}
    </span>
  );
}
