/** Hands on the page: where mine is, and where an element for somebody else's is. */
import { isRoomEffect } from "#shared/music/effects.ts";
import type { Place } from "#shared/protocol/messages.ts";
import type { PresenceView } from "../state/hands-view.ts";
import { cellKey, effectKey, headKey, paramKey, type Stage, stepKey } from "./stage.ts";

/** What an element of the screen stands for: a step, a knob, a part or a panel; null for everything else. */
export function placeOf(element: Element | null): Place | null {
  const about =
    element?.closest<HTMLElement>(
      "[data-step], [data-param], [data-effect], [data-field], [data-track], section[aria-label], dialog",
    ) ?? null;
  if (about === null) return null;
  const track = about.closest<HTMLElement>("[data-track]")?.dataset.track;
  const { step, pitch, param, field, effect } = about.dataset;
  if (effect !== undefined) return { param: effect };
  if (track === undefined) {
    const panel = about.closest("[aria-label]")?.ariaLabel ?? "";
    return panel === "" ? null : { panel: panel.slice(0, 40) };
  }
  if (param !== undefined || field !== undefined) return { track: Number(track), param: param ?? field };
  return step === undefined
    ? { track: Number(track) }
    : { track: Number(track), step: Number(step), pitch: Number(pitch) };
}

/** Tells where my pointer, finger or focus is, and what it holds, as long as I can edit. Returns the end of it. */
export function watchHand(stage: Stage, presence: PresenceView): () => void {
  // A press gives the focus, too: that does not let go.
  let isDown = false;
  const tell = (target: EventTarget | null): void => {
    const isMine = !stage.readOnly.peek() && !document.hidden;
    const at = isMine && target instanceof Element ? placeOf(target) : null;
    presence.move(isDown && at?.param !== undefined ? { ...at, held: true } : at);
  };
  const moved = (event: PointerEvent): void => {
    isDown = event.buttons !== 0;
    // A captured pointer stays with what it took hold of, wherever it is.
    if (isDown || event.pointerType === "mouse") tell(event.target);
  };
  const focused = (event: FocusEvent): void => tell(event.target);
  const gone = (): void => {
    isDown = false;
    presence.move(null);
  };
  const lifted = (event: PointerEvent): void => {
    isDown = false;
    if (event.pointerType === "mouse") tell(event.target);
    else gone();
  };
  addEventListener("pointermove", moved, { passive: true });
  addEventListener("pointerdown", moved, { passive: true });
  addEventListener("pointerup", lifted, { passive: true });
  addEventListener("pointercancel", gone, { passive: true });
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
    removeEventListener("pointercancel", gone);
    removeEventListener("focusin", focused);
    removeEventListener("blur", gone);
    document.documentElement.removeEventListener("pointerleave", gone);
    document.removeEventListener("visibilitychange", gone);
    gone();
  };
}

/** The place itself, or what stands for it while its part is not open. */
export function elementAt(stage: Stage, at: Place): HTMLElement | undefined {
  const { track, step, pitch, param, panel } = at;
  if (track === undefined && param !== undefined)
    return isRoomEffect(param) ? stage.at(effectKey(param)) : undefined;
  if (track === undefined)
    return panel === undefined
      ? undefined
      : (document.querySelector<HTMLElement>(`section[aria-label="${CSS.escape(panel)}"]`) ?? undefined);
  const exact =
    param === "volume" || param === "pan"
      ? document.querySelector<HTMLElement>(`[data-track="${track}"] [data-field="${param}"]`)
      : param !== undefined
        ? stage.at(paramKey(track, param))
        : step !== undefined && pitch !== undefined
          ? stage.at(cellKey(track, step, pitch))
          : undefined;
  return (
    exact ?? (step === undefined ? undefined : stage.at(stepKey(track, step))) ?? stage.at(headKey(track))
  );
}
