/** The foot of the score: whether the work is safe, which way it goes, what just happened, and my volume. */
import { rungsOf } from "../state/rung-notice.ts";
import { Icon } from "./icons.tsx";
import { LateUnread } from "./late-over.tsx";
import { letters, setTheme, theme } from "./settings.ts";
import { SheetButton } from "./sheet-button.tsx";
import { useStage } from "./stage.ts";
import { SyncBadge } from "./sync-badge.tsx";
import { conflictWords, connectionWords, rungName, rungNotice } from "./words.ts";
import controls from "./controls.module.css";
import styles from "./status.module.css";

/**
 * The rung by which edits come: one if all who edit are on the same, else each once, "Mesh · Relay". What has
 * changed for good stands there as a sentence for a moment.
 */
function Rungs() {
  const { session } = useStage();
  const rungs = rungsOf(session.people.value);
  const changedTo = session.rungNotice.value;
  if (rungs.length === 0) return null;
  return (
    <span class={styles.rungs} data-rungs>
      {changedTo === null && rungs.map((rung) => rungName[rung]).join(" · ")}
      <span role="status">{changedTo !== null && rungNotice(changedTo)}</span>
    </span>
  );
}

export function Connection() {
  const { session } = useStage();
  const connection = session.connection.value;
  return (
    <span class={styles.connection} data-state={connection.state} role="status">
      <i aria-hidden="true" />
      {connectionWords(connection)}
    </span>
  );
}

/** What just happened; first of all where a write of mine has just lost. */
export function Notice() {
  const { session } = useStage();
  const notice = session.notices.notice.value;
  const conflict = session.conflicts.list.value.at(-1);
  return (
    <span class={styles.notice} role="status" data-c={conflict?.color}>
      {conflict === undefined ? notice : conflictWords(conflict, letters.value)}
    </span>
  );
}

export function MyVolume() {
  const { session } = useStage();
  const volume = session.myMix.volume.value;
  return (
    <label class={styles.volume}>
      <Icon name="volume" size={18} />
      <span class={controls.hidden}>My volume</span>
      <input
        type="range"
        class={controls.range}
        aria-label="My volume"
        min={0}
        max={1}
        step={0.01}
        value={volume}
        style={{ "--at": `${volume * 100}%` }}
        aria-valuetext={`${Math.round(volume * 100)} %`}
        onInput={(event) => session.myMix.setVolume(Number(event.currentTarget.value))}
      />
    </label>
  );
}

export function ThemeButton({ big = false }: { big?: boolean }) {
  const day = theme() === "day";
  return (
    <button
      type="button"
      class={big ? controls.icon : controls.small}
      aria-label="Daylight"
      aria-pressed={day}
      title={day ? "Turn the lights down" : "Daylight"}
      onClick={() => setTheme(day ? "night" : "day")}
    >
      <Icon name={day ? "moon" : "sun"} size={18} />
    </button>
  );
}

/** The history is for who edits. */
export function HistoryButton() {
  const stage = useStage();
  if (stage.session.role.value === "listener") return null;
  return (
    <SheetButton sheet="history" class={controls.small} aria-label="History" title="History">
      <Icon name="history" size={18} />
    </SheetButton>
  );
}

export function ChatButton() {
  return (
    <SheetButton sheet="chat" class={controls.small} title="Chat">
      <Icon name="chat" size={18} />
      <span class={controls.hidden}>Chat</span>
      <LateUnread />
    </SheetButton>
  );
}

export function StatusLine() {
  return (
    <footer class={styles.status}>
      <Connection />
      <Rungs />
      <SyncBadge />
      <Notice />
      <span class={styles.end}>
        <MyVolume />
        <ChatButton />
        <HistoryButton />
        <ThemeButton />
        <SheetButton sheet="help" class={controls.small} aria-label="Help">
          <Icon name="help" size={18} />
        </SheetButton>
      </span>
    </footer>
  );
}
