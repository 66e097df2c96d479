/** How long others' hands wait until I hear them: my choice, and what comes of it. */
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import type { HandDelayView } from "../state/hands-view.ts";
import { useStage } from "./stage.ts";
import { DELAY_WORDS, handWords } from "./sync-words.ts";
import controls from "./controls.module.css";
import styles from "./sync.module.css";

const MS = 1_000;
const KINDS = ["automatic", "tight", "fixed"] as const;
const NAMES = { automatic: "Automatic", tight: "Tight", fixed: "Fixed" } as const;
/** What a fixed delay begins with, where none was measured. Seconds. */
const USUAL = 0.15;

function Choice({ hands }: { hands: HandDelayView }) {
  const choice = hands.choice.value;
  const choiceOf = (kind: DelayChoice["kind"]): DelayChoice =>
    kind === "fixed" ? { kind, seconds: hands.delay ?? USUAL } : { kind };
  return (
    <div class={styles.choice} role="radiogroup" aria-label="Delay of others’ hands">
      {KINDS.map((kind) => (
        <label key={kind}>
          <input
            type="radio"
            name="hand-delay"
            checked={choice.kind === kind}
            onChange={() => hands.choose(choiceOf(kind))}
          />
          <span>{NAMES[kind]}</span>
        </label>
      ))}
      {choice.kind === "fixed" && (
        <span class={styles.trimField}>
          <input
            type="number"
            class={controls.field}
            aria-label="Fixed delay in milliseconds"
            min={hands.fixed.min * MS}
            max={hands.fixed.max * MS}
            step={1}
            value={Math.round(choice.seconds * MS)}
            onChange={(event) => {
              const ms = event.currentTarget.valueAsNumber;
              if (Number.isFinite(ms)) hands.choose({ kind: "fixed", seconds: ms / MS });
              // What was out of range became the nearest in it.
              const { value: now } = hands.choice;
              if (now.kind === "fixed") event.currentTarget.value = String(Math.round(now.seconds * MS));
            }}
          />
          <span aria-hidden="true">ms</span>
        </span>
      )}
    </div>
  );
}

export function OthersHands() {
  const { hands, sync } = useStage().session;
  // It is read as often as everything else on the panel.
  void sync.reading.value;
  const delay = hands.delay.value;
  return (
    <section class={styles.part} aria-label="Others’ hands">
      <h3>Others’ hands</h3>
      {delay === null ? (
        <p class={styles.quiet}>Hands on knobs are heard once your sound is on.</p>
      ) : (
        <>
          <Choice hands={delay} />
          <p class={styles.quiet}>{DELAY_WORDS[delay.choice.value.kind]}</p>
          <p class={styles.quiet}>{handWords(delay.delay, delay.counts)}</p>
        </>
      )}
    </section>
  );
}
