/** How loud something is now. */
import { useEffect, useRef } from "preact/hooks";
import { onFrame } from "./frames.ts";
import styles from "./streams.module.css";

/** Between two looks, ms. */
const EVERY = 50;

export function StreamMeter({ level, label }: { level: () => number; label: string }) {
  const bar = useRef<HTMLElement>(null);
  const read = useRef(level);
  read.current = level;
  useEffect(() => {
    let looked = 0;
    return onFrame((now) => {
      const turn = Math.floor(now / EVERY);
      if (turn === looked || bar.current === null) return;
      looked = turn;
      bar.current.style.transform = `scaleX(${Math.sqrt(Math.min(1, read.current())).toFixed(2)})`;
    });
  }, []);
  return (
    <span class={styles.meter} role="img" aria-label={`Level of ${label}`}>
      <i ref={bar} />
    </span>
  );
}
