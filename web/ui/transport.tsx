/** The transport: play and stop, tempo by typing, keys and drag, swing, and where the music is. */
import { useEffect, useRef } from "preact/hooks";
import { tempoWord } from "#shared/music/names.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { position } from "./baton-motion.ts";
import { onFrame } from "./frames.ts";
import { Icon } from "./icons.tsx";
import { useStage } from "./stage.ts";
import { throttle } from "./throttle.ts";
import styles from "./header.module.css";

export function togglePlay(session: ReturnType<typeof useStage>["session"]): void {
  session.dispatch({ type: session.jam.playing.peek() ? "PLAYBACK_STOP" : "PLAYBACK_START" });
}

export function PlayButton({ class: className }: { class?: string | undefined }) {
  const stage = useStage();
  const playing = stage.session.jam.playing.value;
  return (
    <button
      type="button"
      class={`${styles.play} ${className ?? ""}`}
      aria-label={playing ? "Stop" : "Play"}
      disabled={stage.readOnly.value}
      ref={stage.place("transport:play")}
      onClick={() => togglePlay(stage.session)}
    >
      <Icon name={playing ? "stop" : "play"} size={22} />
      <span>{playing ? "Stop" : "Play"}</span>
    </button>
  );
}

const clampTempo = (tempo: number): number =>
  Math.max(LIMITS.tempo.min, Math.min(LIMITS.tempo.max, Math.round(tempo * 100) / 100));

/** Pixels of drag a beat a minute. */
const DRAG = 3;

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly field: "tempo" | "swing";
  readonly class?: string | undefined;
  readonly wide: number;
  readonly set: (value: number) => void;
}

/** A figure that is typed, stepped with the arrow keys or dragged up and down; sent at most 4 times a second. */
function NumberField(props: NumberFieldProps) {
  const stage = useStage();
  const input = useRef<HTMLInputElement>(null);
  const drag = useRef<{ y: number; value: number; moved: boolean; end: () => void } | null>(null);
  const typed = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const set = useRef(props.set);
  set.current = props.set;
  const send = useRef(throttle<number>(250, (value) => set.current(value)));
  const clamp = (value: number): number =>
    Math.max(props.min, Math.min(props.max, Math.round(value * 100) / 100));
  const editing = (): boolean => document.activeElement === input.current && typed.current !== undefined;
  useEffect(() => {
    if (input.current !== null && !editing() && drag.current === null)
      input.current.value = String(Math.round(props.value * 100) / 100);
  });
  const commit = (): void => {
    clearTimeout(typed.current);
    typed.current = undefined;
    const field = input.current;
    if (field === null) return;
    const value = Number(field.value);
    if (field.value !== "" && Number.isFinite(value) && clamp(value) !== props.value) props.set(clamp(value));
    field.value = String(field.value === "" || !Number.isFinite(value) ? props.value : clamp(value));
  };
  const letGo = (): void => {
    const hand = drag.current;
    if (hand === null) return;
    drag.current = null;
    hand.end();
    if (hand.moved) send.current.flush();
    else input.current?.select();
  };
  return (
    <input
      ref={(element) => {
        input.current = element;
        stage.place(`transport:${props.field}`)(element);
      }}
      type="number"
      inputMode="decimal"
      class={`${styles.number} ${props.class ?? ""}`}
      style={{ width: `${props.wide}ch` }}
      aria-label={props.label}
      data-field={props.field}
      min={props.min}
      max={props.max}
      step="any"
      disabled={stage.readOnly.value}
      onInput={() => {
        clearTimeout(typed.current);
        const value = Number(input.current?.value);
        typed.current = setTimeout(() => {
          if (value >= props.min && value <= props.max) props.set(clamp(value));
        }, 800);
      }}
      onChange={commit}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        else if (event.key === "Escape") {
          clearTimeout(typed.current);
          typed.current = undefined;
          event.currentTarget.value = String(props.value);
          event.currentTarget.blur();
        } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
          event.preventDefault();
          clearTimeout(typed.current);
          typed.current = undefined;
          const by = (event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1);
          const value = clamp(Number(event.currentTarget.value) + by);
          event.currentTarget.value = String(value);
          send.current(value);
        }
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || document.activeElement === input.current) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { y: event.clientY, value: props.value, moved: false, end: stage.session.gesture() };
      }}
      onPointerMove={(event) => {
        const hand = drag.current;
        if (hand === null) return;
        const by = Math.round((hand.y - event.clientY) / DRAG);
        if (by === 0 && !hand.moved) return;
        hand.moved = true;
        const value = clamp(hand.value + by);
        event.currentTarget.value = String(value);
        send.current(value);
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
    />
  );
}

export function Tempo({ word = true }: { word?: boolean }) {
  const { session } = useStage();
  const tempo = session.jam.tempo.value;
  return (
    <span class={styles.tempo}>
      <NumberField
        label="Tempo"
        value={tempo}
        min={LIMITS.tempo.min}
        max={LIMITS.tempo.max}
        field="tempo"
        class={styles.big}
        wide={Math.max(3, String(Math.round(tempo * 100) / 100).length) + 0.4}
        set={(value) => session.dispatch({ type: "TEMPO_SET", tempo: clampTempo(value) })}
      />
      {word && (
        <span class={styles.word} aria-hidden="true">
          {tempoWord(tempo)}
        </span>
      )}
    </span>
  );
}

export function Swing() {
  const { session } = useStage();
  return (
    <span class={styles.swing}>
      <span aria-hidden="true">swing</span>
      <NumberField
        label="Swing"
        value={session.jam.swing.value}
        min={LIMITS.swing.min}
        max={LIMITS.swing.max}
        field="swing"
        class={styles.mid}
        wide={3}
        set={(value) => session.dispatch({ type: "SWING_SET", swing: value })}
      />
    </span>
  );
}

/** bar.beat.step as heard, written past the renderer. */
export function Position() {
  const { session } = useStage();
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = "";
    return onFrame((now) => {
      const heard = session.player.heard(now);
      const next = session.jam.playing.peek() ? position(heard.beat) : "1.1.1";
      if (next === shown || text.current === null) return;
      shown = next;
      text.current.textContent = next;
    });
  }, [session]);
  return <span ref={text} class={styles.position} aria-hidden="true" />;
}
