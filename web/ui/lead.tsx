/** Who leads, in the panel of people: handing it over, taking it, and what is said while nobody does. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Person } from "../state/view.ts";
import { Icon } from "./icons.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import { crowdWords } from "./crowd-words.ts";
import styles from "./conduct.module.css";

/** Beside somebody who performs, for a leader: one press asks, the next one does it. */
export function HandOver({ person }: { person: Person }) {
  const { session } = useStage();
  const asking = useSignal(false);
  const yes = useRef<HTMLButtonElement>(null);
  const isAsked = asking.value;
  useEffect(() => {
    if (isAsked) yes.current?.focus();
  }, [isAsked]);
  const me = session.people.value.find(({ self }) => self);
  const may = person.role === "performer" && !person.lost && person.member !== me?.member;
  if (session.role.value !== "leader" || !may) return null;
  if (!isAsked)
    return (
      <button
        type="button"
        class={styles.give}
        aria-label={`Hand the lead over to ${person.name}`}
        title={`Hand the lead over to ${person.name}`}
        onClick={() => {
          asking.value = true;
        }}
      >
        <Icon name="baton" size={18} />
      </button>
    );
  return (
    <div class={styles.asking} role="group" aria-label={`Hand the lead over to ${person.name}?`}>
      <p>{person.name} will lead, and you will perform.</p>
      <button
        type="button"
        ref={yes}
        class={styles.yes}
        onClick={() => {
          asking.value = false;
          session.conducting.conduct({ type: "LEAD", to: person.actor });
        }}
      >
        Hand over
      </button>
      <button
        type="button"
        class={styles.hand}
        onClick={() => {
          asking.value = false;
        }}
      >
        Keep it
      </button>
    </div>
  );
}

/** Under the people: how many listen. Who they are is not told. */
function CrowdNote() {
  const { listeners } = useLate().company;
  return listeners.value > 0 ? <p data-crowd>{crowdWords(listeners.value)}</p> : null;
}

/** Under the people: how many listen, that nobody leads, what that means now, and the lead for who holds a leader's link. */
export function LeadNote() {
  const stage = useStage();
  const { session, leaderAway } = stage;
  const me = session.people.value.find(({ self }) => self);
  const mayTake = session.role.value === "performer" && session.links.value?.leader !== undefined;
  const isLocked =
    session.conducting.state.value.locked || session.jam.tracks.value.some(({ locked }) => locked);
  const words = [
    ...(leaderAway.value ? ["No leader is here."] : []),
    ...(leaderAway.value && isLocked ? ["What is locked stays so until one is."] : []),
    ...(leaderAway.value && !mayTake ? ["Whoever opens the leader’s link leads."] : []),
  ].join(" ");
  return (
    <div class={styles.lead}>
      <CrowdNote />
      <p role="status" data-lead>
        {words}
      </p>
      {mayTake && me && (
        <button
          type="button"
          class={styles.hand}
          onClick={() => session.conducting.conduct({ type: "LEAD", to: me.actor })}
        >
          Take the lead
        </button>
      )}
    </div>
  );
}
