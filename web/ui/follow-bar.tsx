/** Over the score while a leader brings everybody's view along: whose, and the one press that changes it. */
import { effect, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Follow } from "./follow.ts";
import { letters } from "./settings.ts";
import { isTyping } from "./shortcuts.ts";
import { leadWords } from "./conducted-words.ts";
import { nameIn } from "./conducted.tsx";
import { watchLeader } from "./leader-away.ts";
import { type Stage, useStage } from "./stage.ts";
import styles from "./conduct.module.css";

/** Says on the status line when the lead goes to somebody; not what was so before. Returns the end of it. */
function tellOfLead({ session }: Stage): () => void {
  const { conducting } = session;
  let known: string | null = null;
  return effect(() => {
    const { lead = [] } = conducting.state.value.deeds;
    const isNews = known !== null && known !== lead.join();
    known = lead.join();
    if (!isNews) return;
    const words = untracked(() => leadWords(lead, nameIn(session)));
    if (words !== null) conducting.say(words);
  });
}

/** Begins once, and lasts as long as the jam is on the screen. */
export function Following() {
  const stage = useStage();
  useEffect(() => {
    const follow = new Follow(stage);
    stage.follow.value = follow;
    const endLeader = watchLeader(stage);
    const endLead = tellOfLead(stage);
    const pressed = (event: KeyboardEvent): void => {
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey && !event.repeat;
      if (event.key === "f" && isPlain && letters.peek() && !isTyping(event.target)) follow.toggle();
    };
    // Another link of this room in the address bar, a leader's: the page stays, and only its fragment changes.
    const opened = (): void => location.reload();
    addEventListener("keydown", pressed);
    addEventListener("hashchange", opened);
    return () => {
      removeEventListener("keydown", pressed);
      removeEventListener("hashchange", opened);
      stage.follow.value = null;
      endLeader();
      endLead();
      follow.close();
    };
  }, [stage]);
  return null;
}

export function FollowBar() {
  const follow = useStage().follow.value;
  const state = follow?.state.value ?? null;
  const [words, press] =
    state === null
      ? ["", ""]
      : state.kind === "showing"
        ? ["Everybody sees what you see", "Let them go"]
        : state.kind === "following"
          ? [`Following ${state.name}`, "Detach"]
          : [`${state.name} shows the way`, "Follow"];
  // The words stand in a box that is always there: a status that comes with its box is not read out.
  return (
    <section class={styles.follow} data-there={state !== null} aria-label="Whose view this is">
      <p
        role="status"
        data-following={state?.kind}
        data-c={state && "color" in state ? state.color : undefined}
      >
        {state !== null && <i aria-hidden="true" />}
        <span>{words}</span>
      </p>
      {state !== null && (
        <button type="button" class={styles.press} title="F" onClick={() => follow?.toggle()}>
          {press}
        </button>
      )}
    </section>
  );
}
