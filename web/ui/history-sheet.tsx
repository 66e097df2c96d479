/** The history of the jam: who did what and when, newest first. A line shows the jam as it was right after it. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { HistoryEdit } from "../state/history-view.ts";
import { clockTime, reachWords, stateWords, whenWords } from "./history-words.ts";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./history.module.css";

function Line({ edit, now, look }: { edit: HistoryEdit; now: number; look: (n: number) => void }) {
  return (
    <li>
      <button type="button" class={styles.line} onClick={() => look(edit.n)}>
        <i class={styles.dot} data-c={edit.color ?? undefined} aria-hidden="true" />
        <span class={styles.what}>
          <b>{edit.name}</b> {edit.what}
        </span>
        <span class={styles.when}>{whenWords(edit, now)}</span>
      </button>
    </li>
  );
}

/** Asks for more when it comes into sight. */
function More() {
  const { history } = useLate();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (button.current === null) return;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) history.loadMore();
    });
    seen.observe(button.current);
    return () => seen.disconnect();
  }, [history]);
  return (
    <button ref={button} type="button" class={controls.button} onClick={() => history.loadMore()}>
      Earlier
    </button>
  );
}

function TakeBack() {
  const stage = useStage();
  const { history } = useLate();
  const said = useSignal("");
  return (
    <div class={styles.takeBack}>
      <button
        type="button"
        class={controls.button}
        disabled={stage.readOnly.value}
        onClick={() => {
          said.value = history.takeBackMine();
        }}
      >
        Restore what I changed in the last 4 bars
      </button>
      <p role="status">{said.value}</p>
    </div>
  );
}

export function HistorySheet() {
  const stage = useStage();
  const { history } = useLate();
  useEffect(() => {
    history.open();
    return () => history.close();
  }, [history]);
  const page = history.page.value;
  const words = stateWords(page);
  const now = Date.now();
  const look = (n: number): void => {
    history.look(n);
    stage.sheet.value = null;
  };
  return (
    <SheetBox title="History">
      <TakeBack />
      <ol class={styles.lines} aria-label="Edits, newest first">
        {page.edits.map((edit) => (
          <Line key={edit.n} edit={edit} now={now} look={look} />
        ))}
        {page.moments.map(({ n, when }) => (
          <li key={n}>
            <button type="button" class={styles.line} onClick={() => look(n)}>
              <i class={styles.dot} aria-hidden="true" />
              <span class={styles.what}>The jam as it was</span>
              <span class={styles.when}>{clockTime(when, now)}</span>
            </button>
          </li>
        ))}
      </ol>
      <p class={styles.state} role="status">
        {words}
      </p>
      <div class={styles.foot}>
        {page.state === "failed" && page.problem !== "offline" && (
          <button type="button" class={controls.button} onClick={() => history.open()}>
            Try again
          </button>
        )}
        {page.more && page.state === "ready" && <More key={page.edits.length} />}
        {page.since !== null && <p>{reachWords(page.since, now)}</p>}
      </div>
    </SheetBox>
  );
}
