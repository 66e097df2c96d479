/** The signs of reactions, drawn like the other icons, with the words they are said by. */
import type { Reaction } from "#shared/protocol/chat.ts";
import styles from "./signs.module.css";

/** Paths in a box of 24: a burst, a heart, a repeat, a fermata, a crescendo and a diminuendo. */
export const SIGNS: Readonly<Record<Reaction, { readonly word: string; readonly path: string }>> = {
  bravo: {
    word: "Bravo",
    path: "M12 3v4M12 17v4M3 12h4M17 12h4M5.600 5.600l2.800 2.800M15.600 15.600l2.800 2.800M5.600 18.400l2.800-2.800M15.600 8.400l2.800-2.800",
  },
  lovely: {
    word: "Lovely",
    path: "M12 20C6 15.500 3.500 12.500 3.500 9a4.300 4.300 0 0 1 8.500-1.200A4.300 4.300 0 0 1 20.500 9c0 3.500-2.500 6.500-8.500 11z",
  },
  again: { word: "Again", path: "M19 4v16M15 4v16M9 8.500v.2M9 15.300v.2" },
  hold: { word: "Hold it", path: "M4 16a8 8 0 0 1 16 0M12 15.400v.3" },
  more: { word: "More", path: "M20 6L4 12l16 6" },
  less: { word: "Less", path: "M4 6l16 6L4 18" },
};

export function Sign({ reaction, size }: { reaction: Reaction; size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" class={styles.sign}>
      <path d={SIGNS[reaction].path} />
    </svg>
  );
}
