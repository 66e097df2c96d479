/** Listens to the keys of the page as a whole and acts; `keys.ts` says what each means. */
import { letters } from "./settings.ts";
import { type KeyAction, pageKey, sceneOf } from "./keys.ts";
import { copyOnward, patternInUse } from "./pattern-steps.ts";
import type { Stage } from "./stage.ts";
import { togglePlay } from "./transport.tsx";

const TEXT = new Set(["text", "number", "search", "email", "url", "password", "tel"]);

/** Keys typed here are text (or choose from a list): they are no shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return TEXT.has(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}

/** The part that holds the focus, else the open one. */
function trackAtHand(stage: Stage): number | null {
  const focused = document.activeElement?.closest<HTMLElement>("[data-track]");
  return focused?.dataset.track === undefined ? stage.open.peek() : Number(focused.dataset.track);
}

function act(stage: Stage, action: KeyAction): void {
  const { session } = stage;
  const readOnly = stage.readOnly.peek();
  const track = session.jam.tracks.peek().find((each) => each.id === trackAtHand(stage));
  const scene = sceneOf(action);
  if (action === "help" || action === "sync" || action === "chat" || action === "react" || action === "play")
    stage.sheet.value = stage.sheet.peek() === action ? null : action;
  else if (action === "history") {
    if (session.role.peek() !== "listener")
      stage.sheet.value = stage.sheet.peek() === "history" ? null : "history";
  } else if (action === "playStop") {
    if (!readOnly) togglePlay(session);
  } else if (action === "undo" || action === "redo") {
    if (!readOnly) session[action]();
  } else if (action === "takeBack") {
    const newest = session.conflicts.list.peek().at(-1);
    if (!readOnly && newest !== undefined) session.conflicts.takeBack(newest.id);
  } else if (scene !== null) {
    if (!readOnly) session.dispatch({ type: "SCENE_RECALL", scene });
  } else if (track === undefined) return;
  else if (action === "copyPattern") {
    if (!readOnly) copyOnward(session, track);
  } else if (action === "nextPattern" || action === "previousPattern") {
    const pattern = patternInUse(track, action === "nextPattern" ? 1 : -1);
    if (!readOnly) session.dispatch({ type: "PATTERN_SELECT", track: track.id, pattern });
  } else if (action === "mute") {
    if (!readOnly) session.dispatch({ type: "TRACK_SET", track: track.id, muted: !track.muted });
  } else if (action === "muteForMe")
    session.myMix.set(track.id, { muted: !session.myMix.of(track.id).peek().muted });
  else if (action === "solo") session.myMix.set(track.id, { solo: !session.myMix.of(track.id).peek().solo });
}

/** Returns the end of it. */
export function listenToKeys(stage: Stage): () => void {
  const meant = (event: KeyboardEvent): KeyAction | null =>
    stage.session.entrance.phase.peek().kind !== "jamming"
      ? null
      : pageKey(
          {
            key: event.key,
            shift: event.shiftKey,
            alt: event.altKey,
            command: event.ctrlKey || event.metaKey,
          },
          // While notes are played, letters are keys of theirs.
          { typing: isTyping(event.target), letters: letters.peek() && stage.sheet.peek() !== "play" },
        );
  const down = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const action = meant(event);
    if (action === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || action === "undo" || action === "redo") act(stage, action);
  };
  /** A button would be pressed by Space when the key comes up. */
  const up = (event: KeyboardEvent): void => {
    if (event.key === " " && meant(event) === "playStop") event.preventDefault();
  };
  window.addEventListener("keydown", down, true);
  window.addEventListener("keyup", up, true);
  return () => {
    window.removeEventListener("keydown", down, true);
    window.removeEventListener("keyup", up, true);
  };
}
