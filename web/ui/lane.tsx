/** The loudness of a drum's steps as a lane of sliders: drag, or arrow keys; up is louder. */
import type { Track } from "#shared/music/model.ts";
import { useRef } from "preact/hooks";
import { DYNAMICS, dynamic, louder } from "./dynamics.ts";
import { columnTemplate, gridColumn, SCORE } from "./columns.ts";
import { page } from "./geometry.ts";
import { ownPitch } from "./rows.ts";
import { shapeMask } from "./shapes.ts";
import { useStage } from "./stage.ts";
import styles from "./leaf.module.css";

function LaneStep({ track, step, column }: { track: Track; step: number; column: number }) {
  const stage = useStage();
  const { session } = stage;
  const pitch = ownPitch(track.instrument);
  const cell = session.jam.cell(track.id, step, pitch).value;
  const end = useRef<(() => void) | null>(null);
  const readOnly = stage.readOnly.value;
  const set = (velocity: number): void => {
    if (readOnly || velocity === cell.velocity) return;
    const { gate, probability, ratchet } = cell;
    const note = { step, pitch, velocity, gate, probability, ratchet };
    session.dispatch({ type: "NOTE_SET", track: track.id, ...note });
  };
  const at = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    set(Math.max(1, Math.min(127, Math.round(127 * (1 - (event.clientY - box.top) / box.height)))));
  };
  const letGo = (): void => {
    end.current?.();
    end.current = null;
  };
  const on = cell.velocity > 0;
  return (
    <div
      role="slider"
      class={styles.level}
      style={{
        gridColumn: gridColumn(column),
        "--level": cell.velocity / 127,
        "--size": dynamic(cell.velocity).size,
      }}
      data-on={on}
      data-c={cell.color ?? undefined}
      tabIndex={on ? 0 : -1}
      aria-label={`Loudness of ${track.name}, ${step + 1}`}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={127}
      aria-valuenow={cell.velocity}
      aria-valuetext={on ? dynamic(cell.velocity).word : "silent"}
      aria-disabled={readOnly}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        if (on) set(louder(cell.velocity, event.key === "ArrowUp" ? 1 : -1));
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || readOnly) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        end.current = session.gesture();
        at(event);
      }}
      onPointerMove={(event) => {
        if (end.current !== null) at(event);
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
    />
  );
}

export function Lane({ track }: { track: Track }) {
  const stage = useStage();
  const { length } = track.pattern;
  const shown = page(length, SCORE.columns, stage.pageOf(track, SCORE.columns));
  const empty = stage.session.jam.pitches(track.id).value.length === 0;
  return (
    <div class={styles.laneBox}>
      <div class={styles.marks} aria-hidden="true">
        {DYNAMICS.toReversed().map(({ mark, velocity }) => (
          <span key={mark} style={{ "--level": velocity / 127 }}>
            {mark}
          </span>
        ))}
      </div>
      <div
        class={styles.lane}
        style={{ "--columns": columnTemplate(SCORE.columns), "--shape": shapeMask(track.shape) }}
      >
        {Array.from({ length: shown.count }, (_, column) => (
          <LaneStep key={shown.first + column} track={track} step={shown.first + column} column={column} />
        ))}
      </div>
      {empty && (
        <p class={styles.nobody}>
          <span>Nobody plays here yet.</span>
        </p>
      )}
    </div>
  );
}
