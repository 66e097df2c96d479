/** My speakers: which they are, and by how much they are later than the device says. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { looksWireless, TRIM } from "../state/outputs.ts";
import { useStage } from "./stage.ts";
import { CHANGED_WORDS, trimText, trimWords, WIRELESS_HINT } from "./sync-words.ts";
import controls from "./controls.module.css";
import styles from "./sync.module.css";

const MS = 1_000;
const [LEAST, MOST] = [TRIM.min * MS, TRIM.max * MS];
/** Of the slider's travel, 0 to 1. */
const travel = (ms: number): number => (ms - LEAST) / (MOST - LEAST);

/** Typed figures count once they are whole: on Enter, on an arrow key and on leaving. */
function TrimField({ ms }: { ms: number }) {
  const { sync } = useStage().session;
  const typed = useSignal<string | null>(null);
  const commit = (text: string): void => {
    typed.value = null;
    const wanted = Number(text.replace("\u2212", "-"));
    if (text.trim() !== "" && Number.isFinite(wanted)) sync.setTrim(wanted / MS);
  };
  const nudge = (by: number): void => {
    typed.value = null;
    sync.setTrim((ms + by) / MS);
  };
  return (
    <span class={styles.trimField}>
      <input
        type="text"
        inputMode="numeric"
        class={controls.field}
        aria-label="Trim in milliseconds"
        value={typed.value ?? String(ms)}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
        onBlur={(event) => {
          if (typed.value !== null) commit(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit(event.currentTarget.value);
          else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
            event.preventDefault();
            nudge((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
          }
        }}
      />
      <span aria-hidden="true">ms</span>
    </span>
  );
}

function Trim() {
  const { sync } = useStage().session;
  const ms = Math.round(sync.trim.value * MS);
  return (
    <div class={styles.trim}>
      <label htmlFor="sync-trim">My speakers are later than the device says, by</label>
      <div>
        <input
          id="sync-trim"
          type="range"
          class={`${controls.range} ${styles.slider}`}
          aria-label="Trim"
          min={LEAST}
          max={MOST}
          step={1}
          value={ms}
          style={{
            "--zero": travel(0),
            "--from": travel(Math.min(0, ms)),
            "--to": travel(Math.max(0, ms)),
          }}
          aria-valuetext={`${trimText(ms / MS)}, ${trimWords(ms / MS)}`}
          onInput={(event) => sync.setTrim(Number(event.currentTarget.value) / MS)}
        />
        <TrimField ms={ms} />
        <button
          type="button"
          class={controls.quiet}
          aria-label="Reset the trim"
          aria-disabled={ms === 0}
          onClick={() => sync.setTrim(0)}
        >
          Reset
        </button>
      </div>
    </div>
  );
}

export function Speakers() {
  const { session } = useStage();
  const { sync } = session;
  const { outputLatency } = sync.reading.value;
  const output = sync.output.value;
  const sounds = outputLatency !== null;
  const changed = sync.outputChanged.value;
  // What was said on an open panel has been read.
  useEffect(() => () => sync.setSeen(), [sync]);
  return (
    <section class={styles.part} aria-label="My speakers">
      <h3>
        My speakers
        {output.label !== null && <span>{output.label}</span>}
      </h3>
      <p class={styles.hint} role="status" hidden={!changed}>
        {changed ? CHANGED_WORDS : ""}
      </p>
      {sounds && !changed && looksWireless(output, outputLatency) && (
        <p class={styles.hint}>{WIRELESS_HINT}</p>
      )}
      {sounds ? (
        <Trim />
      ) : (
        <div class={styles.check}>
          <p class={styles.quiet}>There is no sound yet, so there is nothing to measure.</p>
          <button type="button" class={controls.button} onClick={() => session.entrance.soundOn()}>
            Sound on
          </button>
        </div>
      )}
    </section>
  );
}
