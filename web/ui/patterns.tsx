/** The patterns of a part as a row of tabs: which hold notes, which is shown, and which one sounds. */
import { patternName } from "#shared/music/names.ts";
import { computed } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { STEPS_PER_BAR, type Track } from "#shared/music/model.ts";
import { playingAt } from "#shared/music/turns.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { Icon } from "./icons.tsx";
import { copyOnward, copyTarget } from "./pattern-steps.ts";
import { roveFocus } from "./rove.ts";
import { useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./scenes.module.css";

export function PatternTabs({ track }: { track: Track }) {
  const stage = useStage();
  const { session } = stage;
  const row = useRef<HTMLDivElement>(null);
  /** The pattern that the chain lets sound now; null without a chain. */
  const sounding = useMemo(
    () =>
      computed(() => {
        const step = stage.step.value;
        return track.turns.length === 0 || step < 0
          ? null
          : playingAt(track, Math.floor(step / STEPS_PER_BAR)).patternIndex;
      }),
    [stage, track],
  ).value;
  const readOnly = stage.readOnly.value;
  useEffect(() => {
    row.current?.children[track.patternIndex]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [track.id, track.patternIndex]);
  return (
    <div class={styles.patterns} data-track={track.id}>
      <div
        ref={row}
        role="toolbar"
        // Who only listens presses none of its buttons, and can still scroll it.
        tabIndex={readOnly ? 0 : -1}
        class={styles.tabs}
        aria-label={`Patterns of ${track.name}`}
        onKeyDown={(event) => roveFocus(row.current, event)}
      >
        {Array.from({ length: LIMITS.patterns }, (_, index) => {
          const holdsNotes = track.filled.includes(index);
          const selected = index === track.patternIndex;
          return (
            <button
              key={index}
              type="button"
              class={styles.tab}
              tabIndex={selected ? 0 : -1}
              aria-label={`Pattern ${patternName(index)} of ${track.name}${holdsNotes ? "" : ", empty"}`}
              aria-pressed={selected}
              aria-current={index === sounding ? "true" : undefined}
              data-filled={holdsNotes}
              disabled={readOnly}
              onClick={() => session.dispatch({ type: "PATTERN_SELECT", track: track.id, pattern: index })}
            >
              {patternName(index)}
            </button>
          );
        })}
      </div>
      <button
        type="button"
        class={controls.small}
        aria-label={`Copy the pattern of ${track.name} to the next free one`}
        title="Copy to the next free pattern (C)"
        disabled={readOnly || copyTarget(track) === null}
        onClick={() => copyOnward(session, track)}
      >
        <Icon name="copy" size={16} />
      </button>
    </div>
  );
}
