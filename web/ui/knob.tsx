/**
 * A knob: a slider for the keyboard and a screen reader, an arc for the eye. Dragging up turns it up,
 * double click resets. What a hand does is heard by everybody as it moves, and written when it lets go.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { format } from "#shared/music/figures.ts";
import type { Instrument } from "#shared/music/instruments.ts";
import { paramByName } from "#shared/music/params.ts";
import { type TravelRange, travelOf, valueAt } from "#shared/music/travel.ts";
import { paramKey, useStage } from "./stage.ts";
import { throttle } from "./throttle.ts";
import styles from "./panel.module.css";

/** Pixels of drag from one end to the other. */
const TRAVEL = 180;

/** An arc of 270 degrees, open at the bottom; `travel` from 0 to 1. */
export function arc(travel: number, radius = 24): string {
  const point = (t: number): string => {
    const angle = ((135 + 270 * t) * Math.PI) / 180;
    return `${(32 + radius * Math.cos(angle)).toFixed(2)} ${(32 + radius * Math.sin(angle)).toFixed(2)}`;
  };
  const t = Math.max(0.0001, Math.min(1, travel));
  return `M${point(0)}A${radius} ${radius} 0 ${t > 2 / 3 ? 1 : 0} 1 ${point(t)}`;
}

const KEYS: Readonly<Record<string, number>> = {
  ArrowUp: 0.02,
  ArrowRight: 0.02,
  ArrowDown: -0.02,
  ArrowLeft: -0.02,
  PageUp: 0.1,
  PageDown: -0.1,
  Home: -1,
  End: 1,
};

export function Knob({ track, knob }: { track: number; knob: Instrument["knobs"][number] }) {
  const stage = useStage();
  const { session } = stage;
  const known = paramByName(knob.param);
  const range: TravelRange = {
    min: knob.min ?? known?.min ?? 0,
    max: knob.max ?? known?.max ?? 1,
    curve: known?.curve ?? "linear",
  };
  /** Where my hand holds it, ahead of what has been sent. */
  const held = useSignal<number | null>(null);
  const others = session.hands.at(track, knob.param).value;
  const value = held.value ?? others ?? session.param(track, knob.param).value;
  const travel = travelOf(range, value);
  const readOnly = stage.readOnly.value;
  const drag = useRef<{ y: number; travel: number; end: () => void } | null>(null);
  /** Where hands cannot be told. */
  const send = useRef(
    throttle<number>(100, (next) =>
      session.dispatch({ type: "PARAM_SET", track, param: knob.param, value: next }),
    ),
  );

  const set = (next: number): void => {
    if (!readOnly) session.dispatch({ type: "PARAM_SET", track, param: knob.param, value: next });
  };
  const letGo = (): void => {
    send.current.cancel();
    if (held.value !== null) set(held.value);
    session.hands.letGo(track, knob.param);
    held.value = null;
    drag.current?.end();
    drag.current = null;
  };
  const end = useRef(letGo);
  end.current = letGo;
  useEffect(() => () => end.current(), []);
  return (
    <div class={styles.knob}>
      <div
        class={styles.dial}
        ref={stage.place(paramKey(track, knob.param))}
        role="slider"
        data-param={knob.param}
        tabIndex={0}
        aria-label={knob.label}
        aria-valuemin={range.min}
        aria-valuemax={range.max}
        aria-valuenow={value}
        aria-valuetext={format(value, known?.unit ?? "")}
        aria-disabled={readOnly}
        onKeyDown={(event) => {
          const by = KEYS[event.key];
          if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          set(valueAt(range, travel + (event.shiftKey ? by / 4 : by)));
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || readOnly) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { y: event.clientY, travel, end: session.gesture() };
        }}
        onPointerMove={(event) => {
          const hand = drag.current;
          if (hand === null) return;
          const moved = (hand.y - event.clientY) / TRAVEL / (event.shiftKey ? 4 : 1);
          held.value = valueAt(range, hand.travel + moved);
          if (!session.hands.move(track, knob.param, held.value)) send.current(held.value);
        }}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onDblClick={() => set(knob.default)}
      >
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <path class={styles.groove} d={arc(1)} />
          <path class={styles.arc} d={arc(travel)} />
          <line
            class={styles.needle}
            x1="32"
            y1="16"
            x2="32"
            y2="24"
            transform={`rotate(${-135 + 270 * travel} 32 32)`}
          />
        </svg>
      </div>
      <span class={styles.knobLabel} aria-hidden="true">
        {knob.label}
      </span>
      <span class={styles.value} aria-hidden="true">
        {format(value, known?.unit ?? "")}
      </span>
    </div>
  );
}
