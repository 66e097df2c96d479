/** Opens the keys on which the open part, or the drums, are played live; the same press closes them. */
import { Icon } from "./icons.tsx";
import { LIVE_BUTTON, useStage } from "./stage.ts";
import styles from "./jam.module.css";

export function LiveButton() {
  const stage = useStage();
  const { sheet } = stage;
  const isOpen = sheet.value === "play";
  return (
    <button
      type="button"
      class={styles.live}
      aria-expanded={isOpen}
      aria-label="Play live"
      disabled={stage.readOnly.value}
      ref={stage.place(LIVE_BUTTON)}
      onClick={() => {
        sheet.value = isOpen ? null : "play";
      }}
    >
      <Icon name="keys" size={18} />
      <span>Live</span>
    </button>
  );
}
