/** What a leader conducts, on the rail for everybody. */
import { useComputed } from "@preact/signals";
import { STEPS_PER_BEAT } from "#shared/music/model.ts";
import type { SessionView } from "../state/view.ts";
import { conductedWords } from "./conducted-words.ts";
import { useStage } from "./stage.ts";
import styles from "./conduct.module.css";

/** A name for an actor, as the words of what was conducted want it. */
export const nameIn =
  ({ conducting }: SessionView) =>
  (actor: number): string | null => {
    const who = conducting.who(actor);
    return who?.isMe === true ? "You" : (who?.name ?? null);
  };

export function ConductedLine() {
  const stage = useStage();
  const words = useComputed(() => {
    const { session } = stage;
    const beat = stage.step.value < 0 ? -1 : Math.floor(stage.step.value / STEPS_PER_BEAT);
    // Names come with people.
    void session.people.value;
    const conducted = conductedWords(session.conducting.state.value, beat, nameIn(session));
    return [...(stage.leaderAway.value ? ["No leader is here"] : []), ...(conducted ? [conducted] : [])].join(
      " · ",
    );
  }).value;
  return (
    <span class={styles.conducted} role="status" title={words || undefined} data-conducted>
      {words}
    </span>
  );
}
