/** A person: their initials on their colour; from the ninth on with a notch. */
import type { Person } from "../state/view.ts";
import styles from "./chip.module.css";

export function Chip({ person, size = 26 }: { person: Person; size?: number }) {
  return (
    <span
      class={`${styles.chip} ${person.lost ? styles.lost : ""} ${person.color >= 8 ? styles.notched : ""}`}
      data-c={person.color}
      style={{ width: `${size}px`, height: `${size}px` }}
      aria-hidden="true"
    >
      {person.initials}
    </span>
  );
}
