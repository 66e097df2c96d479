/** Over the score while a moment of the past stands in place of the present: which one, and the ways out of it. */
import { useEffect } from "preact/hooks";
import { previewWords } from "./history-words.ts";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./history.module.css";

export function MomentBar() {
  const stage = useStage();
  const { history } = useLate();
  const preview = history.preview.value;
  const isThere = preview !== null;
  useEffect(() => {
    if (!isThere) return undefined;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && stage.sheet.peek() === null) history.back();
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [isThere, history, stage]);
  // The words stand in a box that is always there: a status that comes with its box is not read out.
  return (
    <section class={styles.moment} data-there={isThere} aria-label="A moment of the past">
      <p role="status">{preview && previewWords(preview, Date.now())}</p>
      {preview?.state === "shown" && (
        <button type="button" class={controls.main} onClick={() => history.restore()}>
          Restore
        </button>
      )}
      {isThere && (
        <button type="button" class={`${controls.button} ${styles.back}`} onClick={() => history.back()}>
          Back
        </button>
      )}
    </section>
  );
}
