/** A part in the overview: a drum's steps, or of a melodic part a line that says where anything sounds. */
import { useMemo } from "preact/hooks";
import { computed } from "@preact/signals";
import type { Track } from "#shared/music/model.ts";
import { dynamic } from "./dynamics.ts";
import { columnTemplate, gridColumn, guttersCrossed, SCORE } from "./columns.ts";
import { page, pageCount } from "./geometry.ts";
import { PartHead } from "./part-head.tsx";
import { drumRows, isMelodic } from "./rows.ts";
import { shapeMask } from "./shapes.ts";
import { stepKey, useStage } from "./stage.ts";
import { StepGrid } from "./step-grid.tsx";
import styles from "./parts.module.css";

/** One step of a melodic part: as many notes as sound there, stacked by pitch, in their writers' colours. */
function StepSummary({ track, step, column }: { track: Track; step: number; column: number }) {
  const stage = useStage();
  const { session } = stage;
  const notes = useMemo(
    () =>
      computed(() =>
        session.jam.pitches(track.id).value.flatMap((pitch) => {
          const cell = session.jam.cell(track.id, step, pitch).value;
          return cell.velocity > 0 ? [{ pitch, ...cell }] : [];
        }),
      ),
    [session, track.id, step],
  ).value;
  const range = session.jam.pitches(track.id).value;
  const low = range[0] ?? 60;
  const high = Math.max(low + 1, range.at(-1) ?? 60);
  return (
    <span
      class={styles.summary}
      style={{ gridColumn: gridColumn(column) }}
      ref={stage.place(stepKey(track.id, step))}
    >
      {notes.length === 0 && <i class={styles.rest} />}
      {notes.map((note) => (
        <i
          key={note.pitch}
          class={styles.chip}
          data-c={note.color ?? undefined}
          style={{
            "--up": (note.pitch - low) / (high - low),
            "--size": dynamic(note.velocity).size,
            "--gate": Math.min(note.gate, SCORE.columns - column),
            "--over": guttersCrossed(column, Math.min(note.gate, SCORE.columns - column)),
          }}
        />
      ))}
    </span>
  );
}

function Summary({ track }: { track: Track }) {
  const stage = useStage();
  const { length } = track.pattern;
  const shown = page(length, SCORE.columns, stage.pageOf(track, SCORE.columns));
  return (
    <button
      type="button"
      class={styles.line}
      tabIndex={-1}
      aria-label={`Show the pitches of ${track.name}`}
      style={{ "--columns": columnTemplate(SCORE.columns), "--shape": shapeMask(track.shape) }}
      onClick={() => stage.openPart(track.id)}
    >
      {Array.from({ length: shown.count }, (_, column) => (
        <StepSummary key={shown.first + column} track={track} step={shown.first + column} column={column} />
      ))}
    </button>
  );
}

export function PartRow({ track }: { track: Track }) {
  const stage = useStage();
  const { length } = track.pattern;
  const melodic = isMelodic(track.instrument);
  const index = stage.pageOf(track, SCORE.columns);
  const shown = page(length, SCORE.columns, index);
  const empty = stage.session.jam.pitches(track.id).value.length === 0;
  return (
    <li class={styles.part} data-open={stage.open.value === track.id}>
      <PartHead track={track} />
      <div class={styles.stand}>
        {melodic ? (
          <Summary track={track} />
        ) : (
          <StepGrid
            track={track.id}
            name={track.name}
            shape={track.shape}
            rows={drumRows(track, shown, SCORE.columns)}
            columns={SCORE.columns}
            pitched={false}
            class={styles.row}
          />
        )}
        {empty && (
          <span class={styles.ghost} style={{ "--shape": shapeMask(track.shape) }} aria-hidden="true" />
        )}
        {pageCount(length, SCORE.columns) > 1 && (
          <span class={styles.pages} aria-hidden="true">
            {index + 1}/{pageCount(length, SCORE.columns)}
          </span>
        )}
      </div>
    </li>
  );
}
