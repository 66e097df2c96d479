/** One cell of a grid: a button that reads one signal, so an edit draws one cell anew and nothing else. */
import type { ReadonlySignal } from "@preact/signals";
import type { Cell } from "../state/view.ts";
import { dynamic } from "./dynamics.ts";
import { gridColumn, guttersCrossed } from "./columns.ts";
import { BAR } from "./shapes.ts";
import styles from "./grid.module.css";

interface StepCellProps {
  readonly cell: ReadonlySignal<Cell>;
  readonly label: string;
  readonly step: number;
  readonly pitch: number;
  /** Column and row on screen, 0-based. */
  readonly column: number;
  readonly row: number;
  /** Columns of the grid, where a tail ends at the latest. */
  readonly columns: number;
  readonly shape: number;
  readonly first: boolean;
  readonly readOnly: boolean;
  readonly place: (element: HTMLElement | null) => void;
}

/** "forte", "2 steps long": what the shape and the tail say; nothing of an empty cell. */
export function cellWords(cell: Cell): string[] {
  if (cell.velocity === 0) return [];
  const words: string[] = [dynamic(cell.velocity).word];
  if (cell.gate !== 1) words.push(`${Math.round(cell.gate * 100) / 100} steps long`);
  if (cell.probability < 1) words.push(`${Math.round(cell.probability * 100)} % of the time`);
  if (cell.ratchet > 1) words.push(`${cell.ratchet} strikes`);
  return words;
}

/** "forte, 2 steps long, by Ada": what the colour says too. */
export function describeCell(cell: Cell): string {
  const words = cellWords(cell);
  if (words.length > 0 && cell.by !== null) words.push(`by ${cell.by}`);
  return words.join(", ");
}

export function StepCell(props: StepCellProps) {
  const { step, pitch, column, row, shape } = props;
  const cell = props.cell.value;
  const on = cell.velocity > 0;
  const gate = Math.min(cell.gate, props.columns - column);
  const classes = [styles.step];
  if (on) {
    classes.push(styles.on);
    if (shape === BAR) classes.push(styles.bar);
    else if (gate > 1) classes.push(styles.tail);
    if (cell.color !== null && cell.color >= 8) classes.push(styles.slit);
  }
  const description = describeCell(cell);
  return (
    <div role="gridcell" class={styles.cell} style={{ gridColumn: gridColumn(column), gridRow: row + 1 }}>
      <button
        type="button"
        class={classes.join(" ")}
        tabIndex={props.first ? 0 : -1}
        aria-label={props.label}
        aria-pressed={on}
        aria-disabled={props.readOnly ? "true" : undefined}
        // oxlint-disable-next-line jsx-a11y/role-supports-aria-props -- reason: global since ARIA 1.3; the name itself is fixed
        aria-description={description === "" ? undefined : description}
        data-step={step}
        data-pitch={pitch}
        data-c={cell.color ?? undefined}
        ref={props.place}
        style={
          on
            ? {
                "--size": dynamic(cell.velocity).size,
                "--gate": gate,
                "--over": `calc(${guttersCrossed(column, gate)} * (var(--gutter) + var(--gap)))`,
              }
            : undefined
        }
      />
    </div>
  );
}
