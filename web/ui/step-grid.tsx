/**
 * A grid of steps: one row for a drum, a row a pitch for a melodic part, lines of four on a phone.
 * It owns what cells share: one tab stop, arrow keys, painting by dragging, and holding a note with a
 * finger to change its loudness and length.
 */
import { useMemo, useRef } from "preact/hooks";
import { gridKey, moveIn } from "./keys.ts";
import { StepCell } from "./step-cell.tsx";
import { cellKey, useStage } from "./stage.ts";
import { columnTemplate } from "./columns.ts";
import { shapeMask } from "./shapes.ts";
import { usePaint } from "./paint.ts";
import styles from "./grid.module.css";

export interface GridRow {
  /** Cells of this row, left to right. */
  readonly cells: readonly { readonly step: number; readonly pitch: number; readonly label: string }[];
  readonly root?: boolean;
  readonly label?: string;
}

interface StepGridProps {
  readonly track: number;
  readonly name: string;
  readonly shape: number;
  readonly rows: readonly GridRow[];
  /** Columns that are drawn, also where the pattern is shorter. */
  readonly columns: number;
  readonly pitched: boolean;
  readonly class?: string | undefined;
}

const press = (event: KeyboardEvent) => ({
  key: event.key,
  shift: event.shiftKey,
  alt: event.altKey,
  command: event.ctrlKey || event.metaKey,
});

export function StepGrid(props: StepGridProps) {
  const stage = useStage();
  const { session } = stage;
  const { track, rows, columns, shape } = props;
  const grid = useRef<HTMLDivElement>(null);
  const paint = usePaint(track);
  const readOnly = stage.readOnly.value;
  const places = useMemo(() => new Map<string, (element: HTMLElement | null) => void>(), []);
  const place = (key: string) => {
    let ref = places.get(key);
    if (ref === undefined) {
      ref = stage.place(key);
      places.set(key, ref);
    }
    return ref;
  };

  const buttonAt = (row: number, column: number): HTMLButtonElement | null => {
    const cell = rows[row]?.cells[column];
    if (cell === undefined) return null;
    return grid.current?.querySelector(`[data-step="${cell.step}"][data-pitch="${cell.pitch}"]`) ?? null;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const action = gridKey(press(event));
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-step]");
    if (action === null || button === null) return;
    event.preventDefault();
    const step = Number(button.dataset.step);
    const pitch = Number(button.dataset.pitch);
    if (action === "louder" || action === "softer" || action === "longer" || action === "shorter") {
      paint.reshape(step, pitch, action);
      return;
    }
    const row = rows.findIndex(({ cells }) =>
      cells.some((each) => each.step === step && each.pitch === pitch),
    );
    const cells = rows[row]?.cells ?? [];
    const column = cells.findIndex((each) => each.step === step);
    const to = moveIn(rows.length, cells.length, { row, column }, action);
    buttonAt(to.row, Math.min(to.column, (rows[to.row]?.cells.length ?? 1) - 1))?.focus();
  };

  /** One tab stop: the cell that was focused last. */
  const onFocusIn = (event: FocusEvent): void => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-step]");
    if (button === null) return;
    for (const other of grid.current?.querySelectorAll<HTMLElement>('[tabindex="0"]') ?? [])
      other.tabIndex = -1;
    button.tabIndex = 0;
    stage.note.value = { track, step: Number(button.dataset.step), pitch: Number(button.dataset.pitch) };
  };

  return (
    <div
      ref={grid}
      role="grid"
      tabIndex={-1}
      aria-label={`Steps of ${props.name}`}
      aria-readonly={readOnly}
      class={`${styles.grid} ${props.pitched ? styles.pitch : ""} ${props.class ?? ""}`}
      style={{ "--columns": columnTemplate(columns), "--shape": shapeMask(shape) }}
      data-track={track}
      onKeyDown={onKeyDown}
      onFocusIn={onFocusIn}
      {...paint.handlers}
    >
      {rows.map((row, rowIndex) => (
        <div
          role="row"
          key={`${row.cells[0]?.pitch}:${row.cells[0]?.step}`}
          class={`${styles.row} ${row.root ? styles.root : ""}`}
          aria-label={row.label}
        >
          {row.cells.map((each, column) => (
            <StepCell
              key={each.step}
              cell={session.jam.cell(track, each.step, each.pitch)}
              label={each.label}
              step={each.step}
              pitch={each.pitch}
              column={column}
              row={rowIndex}
              columns={columns}
              shape={shape}
              first={rowIndex === 0 && column === 0}
              readOnly={readOnly}
              place={place(cellKey(track, each.step, each.pitch))}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
