/** Over the score on every layout: that something leaves this page, and in whose ears I am. Nobody can miss either. */
import { useEffect } from "preact/hooks";
import type { MyStreamsView } from "../state/streams-view.ts";
import { earsWords, onAirTitle, onAirWords } from "./stream-words.ts";
import { StreamMeter } from "./stream-meter.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./streams.module.css";

/** Held with a finger, the mouse, Space or Enter; a hand that is lost lets go. */
function TalkButton({ mine }: { mine: MyStreamsView }) {
  const isOpen = mine.air.value.input?.isOpen === true;
  const talk = (open: boolean): void => mine.setTalking(open);
  const isHeld = (event: KeyboardEvent): boolean => event.key === " " || event.key === "Enter";
  useEffect(() => {
    const letGo = (): void => talk(false);
    addEventListener("blur", letGo);
    return () => removeEventListener("blur", letGo);
  }, []);
  return (
    <button
      type="button"
      class={styles.talk}
      aria-pressed={isOpen}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        talk(true);
      }}
      onPointerUp={() => talk(false)}
      onPointerCancel={() => talk(false)}
      onBlur={() => talk(false)}
      onKeyDown={(event) => {
        if (!isHeld(event)) return;
        event.preventDefault();
        event.stopPropagation();
        talk(true);
      }}
      onKeyUp={(event) => {
        if (!isHeld(event)) return;
        event.stopPropagation();
        talk(false);
      }}
    >
      {isOpen ? "You are heard" : "Hold to talk"}
    </button>
  );
}

/** What a page's title is without us. */
let title = "";

function useTitle(isOnAir: boolean): void {
  useEffect(() => {
    if (!isOnAir) return undefined;
    title = document.title;
    document.title = onAirTitle(title);
    return () => {
      document.title = title;
    };
  }, [isOnAir]);
}

export function AirBar() {
  const mine = useLate().streams.live.value?.mine;
  const air = mine?.air.value;
  const words = air === undefined ? null : onAirWords(air);
  useTitle(words !== null);
  // The words stand in a box that is always there: a status that comes with its box is not read out.
  return (
    <section class={styles.air} data-there={words !== null} aria-label="On air">
      <p role="status">
        {words !== null && <i aria-hidden="true" />}
        {words}
      </p>
      {mine && air && words !== null && (
        <span class={styles.airButtons}>
          {air.mix && (
            <>
              <StreamMeter level={() => mine.level("mix")} label="your mix" />
              <button type="button" class={styles.stop} onClick={() => mine.sendMix(false)}>
                Stop the mix
              </button>
            </>
          )}
          {air.input && (
            <>
              <StreamMeter level={() => mine.level("input")} label="your input" />
              {air.input.talk === "push" ? (
                <TalkButton mine={mine} />
              ) : (
                <button
                  type="button"
                  class={styles.talk}
                  aria-pressed={air.input.isOpen}
                  onClick={() => mine.setTalking(!air.input?.isOpen)}
                >
                  {air.input.isOpen ? "You are heard" : "Muted"}
                </button>
              )}
              <button type="button" class={styles.stop} onClick={() => mine.stopInput()}>
                Stop the input
              </button>
            </>
          )}
        </span>
      )}
    </section>
  );
}

export function EarsBar() {
  const stage = useStage();
  const others = useLate().streams.live.value?.others;
  const ears = others?.ears.value ?? null;
  const isThere = ears !== null;
  useEffect(() => {
    if (!isThere || !others) return undefined;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && stage.sheet.peek() === null) others.hear(null);
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [isThere, others, stage]);
  return (
    <section class={styles.ears} data-there={isThere} data-c={ears?.color} aria-label="Whose mix you hear">
      <p role="status">{ears !== null && earsWords(ears)}</p>
      {isThere && (
        <button type="button" class={controls.button} onClick={() => others?.hear(null)}>
          Hear your own
        </button>
      )}
    </section>
  );
}
