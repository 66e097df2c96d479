/** A part's shape by itself: its tab, in the ink of the text around it. */
import { shapeMask } from "./shapes.ts";
import styles from "./parts.module.css";

export function ShapeMark({ shape, size = 20 }: { shape: number; size?: number }) {
  return (
    <span
      aria-hidden="true"
      class={styles.mark}
      style={{ "--shape": shapeMask(shape), width: `${size}px`, height: `${size}px` }}
    />
  );
}
