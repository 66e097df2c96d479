/** Hands on the page: where mine is, and a thin ring where somebody else's is about to act. */
import { effect } from "@preact/signals";
import type { Place } from "#shared/protocol/messages.ts";
import { cellKey, headKey, paramKey, type Stage, stepKey } from "./stage.ts";

/** What an element of the score stands for; null for everything else. */
export function placeOf(element: Element | null): Place | null {
  const about = element?.closest<HTMLElement>("[data-step], [data-param]") ?? null;
  const track = about?.closest<HTMLElement>("[data-track]")?.dataset.track;
  if (about === null || track === undefined) return null;
  const { step, pitch, param } = about.dataset;
  if (param !== undefined) return { track: Number(track), param };
  return { track: Number(track), step: Number(step), pitch: Number(pitch) };
}

/** Tells where my pointer, finger or focus is, as long as I can edit. Returns the end of it. */
export function watchHand(stage: Stage): () => void {
  const { presence } = stage.session;
  const tell = (target: EventTarget | null): void => {
    const isMine = !stage.readOnly.peek() && !document.hidden;
    presence.move(isMine && target instanceof Element ? placeOf(target) : null);
  };
  const moved = (event: PointerEvent): void => {
    // A captured pointer stays with what it took hold of, wherever it is.
    if (event.buttons !== 0 || event.pointerType === "mouse") tell(event.target);
  };
  const focused = (event: FocusEvent): void => tell(event.target);
  const gone = (): void => presence.move(null);
  const lifted = (event: PointerEvent): void => {
    if (event.pointerType !== "mouse") gone();
  };
  addEventListener("pointermove", moved, { passive: true });
  addEventListener("pointerdown", moved, { passive: true });
  addEventListener("pointerup", lifted, { passive: true });
  addEventListener("focusin", focused);
  addEventListener("blur", gone);
  document.documentElement.addEventListener("pointerleave", gone);
  document.addEventListener("visibilitychange", gone);
  // Where the pointer has been since before anybody listened.
  tell([...document.querySelectorAll(":hover")].at(-1) ?? document.activeElement);
  return () => {
    removeEventListener("pointermove", moved);
    removeEventListener("pointerdown", moved);
    removeEventListener("pointerup", lifted);
    removeEventListener("focusin", focused);
    removeEventListener("blur", gone);
    document.documentElement.removeEventListener("pointerleave", gone);
    document.removeEventListener("visibilitychange", gone);
    gone();
  };
}

/** The place itself, or what stands for it while its part is not open. */
function elementAt(stage: Stage, at: Place): HTMLElement | undefined {
  const { track, step, pitch, param } = at;
  const exact =
    param !== undefined
      ? stage.at(paramKey(track, param))
      : step !== undefined && pitch !== undefined
        ? stage.at(cellKey(track, step, pitch))
        : undefined;
  return (
    exact ?? (step === undefined ? undefined : stage.at(stepKey(track, step))) ?? stage.at(headKey(track))
  );
}

/** Marks the elements that others' hands are at, in their colours (`global.css`). Returns the end of it. */
export function showHands(stage: Stage): () => void {
  let marked: HTMLElement[] = [];
  const clear = (): void => {
    for (const element of marked) delete element.dataset.near;
    marked = [];
  };
  const end = effect(() => {
    const hands = stage.session.presence.others.value;
    // The places are others when another part or layout is shown.
    void stage.open.value;
    void stage.layout.value;
    clear();
    for (const { at, color } of hands) {
      const element = elementAt(stage, at);
      if (element === undefined) continue;
      element.dataset.near = String(color % 8);
      marked.push(element);
    }
  });
  return () => {
    end();
    clear();
  };
}
