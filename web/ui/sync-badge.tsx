/** How well I am in sync, on a button that opens the panel of it. */
import { useComputed } from "@preact/signals";
import { SheetButton } from "./sheet-button.tsx";
import { useStage } from "./stage.ts";
import { badge } from "./sync-badge-words.ts";
import controls from "./controls.module.css";
import styles from "./sync.module.css";

export function SyncBadge({ compact = false }: { compact?: boolean }) {
  const stage = useStage();
  const { sync } = stage.session;
  // Strings, so that it is drawn anew only when it reads differently.
  const word = useComputed(() => badge(sync.reading.value).word).value;
  const figure = useComputed(() => badge(sync.reading.value).figure).value;
  const spoken = useComputed(() => badge(sync.reading.value).spoken).value;
  const state = useComputed(() => sync.reading.value.state).value;
  return (
    <SheetButton
      sheet="sync"
      class={`${styles.badge} ${compact ? styles.compact : ""}`}
      data-state={state}
      title="Sync"
    >
      <span class={compact && figure !== null ? controls.hidden : ""}>{word}</span>
      {figure !== null && <b aria-hidden="true">{figure}</b>}
      {spoken !== "" && <span class={controls.hidden}>{spoken}</span>}
    </SheetButton>
  );
}
