/**
 * Reactions: signs as a score has them, sent by a press and seen for a moment by the chip of who sent them. Said
 * in words, too, to who listens to the screen.
 */
import { useComputed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { REACTIONS } from "#shared/protocol/chat.ts";
import type { ShownReaction } from "../state/reactions.ts";
import { Sign, SIGNS } from "./signs.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import styles from "./reactions.module.css";

/** One stop for Tab; arrows walk over them. */
export function ReactionRow({ focus = false }: { focus?: boolean }) {
  const { session } = useStage();
  const { reactions } = useLate().company;
  const row = useRef<HTMLDivElement>(null);
  const me = session.people.value.find(({ self }) => self);
  const go = (by: number): void => {
    const buttons = [...(row.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = buttons[(at + by + buttons.length) % buttons.length];
    for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
    next?.focus();
  };
  useLayoutEffect(() => {
    if (focus) row.current?.querySelector("button")?.focus();
  }, [focus]);
  return (
    // oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- reason: its buttons take the focus, one of them by Tab
    <div
      ref={row}
      class={styles.row}
      role="toolbar"
      aria-label="React"
      data-c={me?.color}
      onKeyDown={(event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        go(by);
      }}
    >
      {REACTIONS.map((reaction, index) => (
        <button
          key={reaction}
          type="button"
          title={SIGNS[reaction].word}
          aria-label={SIGNS[reaction].word}
          tabIndex={index === 0 ? 0 : -1}
          onClick={() => reactions.react(reaction)}
        >
          <Sign reaction={reaction} size={24} />
        </button>
      ))}
    </div>
  );
}

function putBy(sign: HTMLElement, actor: number, row: number): void {
  const chip = document.querySelector(`[data-chip="${actor}"] span[data-c]`)?.getBoundingClientRect();
  const rail = document
    .querySelector('[aria-label="On the tuning rail"]')
    ?.parentElement?.getBoundingClientRect();
  sign.dataset.named = String(chip === undefined);
  const middle = chip ? chip.left + chip.width / 2 : (rail?.right ?? innerWidth) - 76;
  const left = Math.min(innerWidth - sign.offsetWidth - 4, middle - sign.offsetWidth / 2);
  sign.style.left = `${Math.max(4, left)}px`;
  sign.style.top = `${((chip ?? rail)?.bottom ?? 100) + 2 + row * 30}px`;
}

/** By its sender's chip; of who has none, at the right end of the rail and with the name. */
function Seen({ shown, place }: { shown: ShownReaction; place: number }) {
  const sign = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const put = (): void => {
      if (sign.current !== null) putBy(sign.current, shown.actor, place % 4);
    };
    put();
    // Chips glide.
    const timer = setInterval(put, 150);
    return () => clearInterval(timer);
  }, [shown.actor, place]);
  return (
    <span ref={sign} class={styles.seen} data-c={shown.color} data-reaction={shown.reaction}>
      <Sign reaction={shown.reaction} size={20} />
      <b>{shown.name}</b>
    </span>
  );
}

export function SeenReactions() {
  const { reactions } = useLate().company;
  const shown = reactions.shown.value;
  const last = useComputed(() => reactions.shown.value.findLast(({ isMine }) => !isMine)).value;
  return (
    <>
      <div class={styles.layer} aria-hidden="true">
        {shown.map((each) => (
          <Seen
            key={each.id}
            shown={each}
            place={shown.filter(({ actor, id }) => actor === each.actor && id < each.id).length}
          />
        ))}
      </div>
      <p class={styles.spoken} role="status" aria-label="Reactions">
        {last !== undefined && `${last.name}: ${SIGNS[last.reaction].word}`}
      </p>
    </>
  );
}
