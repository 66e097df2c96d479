/**
 * A card where a write of mine lost: whose value stands, what it is, and a press that takes mine back.
 * It goes by itself, but not while a pointer or the focus is on it.
 */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ConflictNotice } from "../state/view.ts";
import { Icon } from "./icons.tsx";
import { elementOf } from "./sounding.ts";
import { useStage } from "./stage.ts";
import styles from "./conflict.module.css";

/** Pixels between a card and its place, and the edge of the window. */
const GAP = 8;

function Card({ conflict }: { conflict: ConflictNotice }) {
  const stage = useStage();
  const { conflicts } = stage.session;
  const card = useRef<HTMLElement>(null);
  const { id, target, sentence } = conflict;
  useLayoutEffect(() => {
    const box = card.current;
    if (box === null) return;
    const { width, height } = box.getBoundingClientRect();
    // The cards themselves hide nothing.
    const layer = box.parentElement;
    layer?.setAttribute("data-measuring", "");
    const place = elementOf(stage, target)?.getBoundingClientRect();
    layer?.removeAttribute("data-measuring");
    const left = place ? place.left + place.width / 2 - width / 2 : (innerWidth - width) / 2;
    const below = place ? place.bottom + GAP : GAP;
    const top = place && below + height > innerHeight - GAP ? place.top - GAP - height : below;
    box.style.left = `${Math.max(GAP, Math.min(innerWidth - width - GAP, left))}px`;
    box.style.top = `${Math.max(GAP, top)}px`;
  }, [stage, target, sentence]);
  const hold = (): void => conflicts.hold(id);
  const letGo = (): void => conflicts.hold(null);
  return (
    <section
      ref={card}
      class={styles.card}
      aria-label="Overwritten"
      data-c={conflict.color}
      onPointerEnter={hold}
      onPointerLeave={letGo}
      onFocusIn={hold}
      onFocusOut={letGo}
    >
      <p>{sentence}</p>
      <button
        type="button"
        class={styles.back}
        aria-keyshortcuts="B"
        onClick={() => {
          letGo();
          conflicts.takeBack(id);
        }}
      >
        Take mine back
      </button>
      <button
        type="button"
        class={styles.close}
        aria-label="Leave it"
        onClick={() => {
          letGo();
          conflicts.dismiss(id);
        }}
      >
        <Icon name="close" size={16} />
      </button>
    </section>
  );
}

export function ConflictCards() {
  const stage = useStage();
  const list = stage.session.conflicts.list.value;
  return (
    <div class={styles.layer}>
      {list.map((conflict) => (
        <Card key={conflict.id} conflict={conflict} />
      ))}
      {stage.layout.value === "phone" && (
        // The status line, which says it elsewhere, is behind a button there.
        <p class={styles.said} role="status">
          {list.at(-1)?.sentence}
        </p>
      )}
    </div>
  );
}
