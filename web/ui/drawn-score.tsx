/** A drawing of a jam for the landing page: note heads of all parts, and a baton that moves, silent. */
import { shapeMask } from "./shapes.ts";
import styles from "./landing.module.css";

/** A line a part: for each sixteenth ".", or the colour of its writer, or "x" for nobody's. */
const LINES = [
  "x...0...x...0.x.",
  "....x..3....x..3",
  "x.4.x.4.x.4.x.44",
  "......x.......0.",
  "....7.......7...",
  "x..04.x.4...0..3",
  "..33.3...0.0..3.",
  "7...4...7...4...",
  "2.2...5.2..5..2.",
];

/** Sizes go round so that it looks played, not typed. */
const SIZES = [1, 0.75, 0.9, 0.6, 0.9];

export function DrawnScore() {
  return (
    <div class={styles.drawing} aria-hidden="true">
      {LINES.map((line, index) => (
        <div key={line} style={{ "--shape": shapeMask(index) }}>
          {line.split("").map((mark, step) => (
            // oxlint-disable-next-line react/no-array-index-key -- reason: the drawing never changes
            <i
              key={step}
              class={mark === "." ? styles.dot : undefined}
              data-c={mark === "." || mark === "x" ? undefined : mark}
              style={{ "--size": SIZES[(step * 3 + index) % SIZES.length] ?? 1 }}
            />
          ))}
        </div>
      ))}
      <span class={styles.baton} />
    </div>
  );
}
