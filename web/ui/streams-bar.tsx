/** Over the score on every layout: that something leaves this page, and in whose ears I am. Nobody can miss either. */
import { useEffect } from "preact/hooks";
import type { StreamsView } from "../state/streams-view.ts";
import { earsWords, onAirTitle, onAirWords } from "./stream-words.ts";
import { StreamMeter } from "./stream-meter.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./streams.module.css";

/** Held with a finger, the mouse, Space or Enter; a hand that is lost lets go. */
function TalkButton({ streams }: { streams: StreamsView }) {
  const isOpen = streams.mine.value.input?.isOpen === true;
  const talk = (open: boolean): void => streams.setTalking(open);
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
  const streams = useLate().streams.live.value;
  const mine = streams?.mine.value;
  const words = mine === undefined ? null : onAirWords(mine);
  useTitle(words !== null);
  // The words stand in a box that is always there: a status that comes with its box is not read out.
  return (
    <section class={styles.air} data-there={words !== null} aria-label="On air">
      <p role="status">
        {words !== null && <i aria-hidden="true" />}
        {words}
      </p>
      {streams && mine && words !== null && (
        <span class={styles.airButtons}>
          {mine.mix && (
            <>
              <StreamMeter level={() => streams.level("mix")} label="your mix" />
              <button type="button" class={styles.stop} onClick={() => streams.sendMix(false)}>
                Stop the mix
              </button>
            </>
          )}
          {mine.input && (
            <>
              <StreamMeter level={() => streams.level("input")} label="your input" />
              {mine.input.talk === "push" ? (
                <TalkButton streams={streams} />
              ) : (
                <button
                  type="button"
                  class={styles.talk}
                  aria-pressed={mine.input.isOpen}
                  onClick={() => streams.setTalking(!mine.input?.isOpen)}
                >
                  {mine.input.isOpen ? "You are heard" : "Muted"}
                </button>
              )}
              <button type="button" class={styles.stop} onClick={() => streams.stopInput()}>
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
  const streams = useLate().streams.live.value;
  const ears = streams?.ears.value ?? null;
  const isThere = ears !== null;
  useEffect(() => {
    if (!isThere || !streams) return undefined;
    const leave = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && stage.sheet.peek() === null) streams.hear(null);
    };
    addEventListener("keydown", leave);
    return () => removeEventListener("keydown", leave);
  }, [isThere, streams, stage]);
  return (
    <section class={styles.ears} data-there={isThere} data-c={ears?.color} aria-label="Whose mix you hear">
      <p role="status">{ears !== null && earsWords(ears)}</p>
      {isThere && (
        <button type="button" class={controls.button} onClick={() => streams?.hear(null)}>
          Hear your own
        </button>
      )}
    </section>
  );
}
