/**
 * A knob: a slider for the keyboard and a screen reader, an arc for the eye. Dragging up turns it up,
 * double click or Delete resets. What a hand does is heard by everybody as it moves, and written when it lets go.
 */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { format } from "#shared/music/figures.ts";
import type { Instrument } from "#shared/music/instruments.ts";
import { paramByName } from "#shared/music/params.ts";
import { type TravelRange, travelOf, valueAt } from "#shared/music/travel.ts";
import type { SessionView } from "../state/view.ts";
import { paramKey, useStage } from "./stage.ts";
import { throttle } from "./throttle.ts";
import styles from "./panel.module.css";

/** Pixels of drag from one end to the other. */
const TRAVEL = 180;
/** A hand that is so near to the middle of a knob's travel means the middle. */
const NOTCH = 0.02;

/** An arc of 270 degrees, open at the bottom; `from` and `to` are travel, 0 to 1. */
function arc(to: number, from = 0): string {
  const point = (t: number): string => {
    const angle = ((135 + 270 * t) * Math.PI) / 180;
    return `${(32 + 24 * Math.cos(angle)).toFixed(2)} ${(32 + 24 * Math.sin(angle)).toFixed(2)}`;
  };
  const [start, end] = from < to ? [from, to] : [to, from];
  const last = Math.max(start + 0.0001, Math.min(1, end));
  return `M${point(start)}A24 24 0 ${last - start > 2 / 3 ? 1 : 0} 1 ${point(last)}`;
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

/** What others hear and see of a hand before it lets go. */
export interface Hand {
  /** Where somebody else's hand has it; null for nobody's. */
  readonly others: ReadonlySignal<number | null>;
  /** False where it cannot be told just now. */
  move(value: number): boolean;
  letGo(): void;
}

export interface DialProps {
  readonly label: string;
  /** The label as it stands under the knob, where that is shorter. */
  readonly caption?: string;
  readonly range: TravelRange;
  readonly value: number;
  /** Where a double click puts it; in the middle of its travel, it is marked and easily found again. */
  readonly rest: number;
  /** The value in words. */
  readonly words: (value: number) => string;
  /** What it turns, for others' hands and for who turned it last: a knob of the part, or an effect of the room. */
  readonly param?: string;
  readonly effect?: string;
  /** Under which the stage knows it. */
  readonly place: string;
  readonly onChange: (value: number) => void;
  /** How others hear it while it moves; left out where they hear what is written alone. */
  readonly hand?: Hand;
}

export function Dial(props: DialProps) {
  const { label, range, rest, words } = props;
  const stage = useStage();
  /** Where my hand holds it, ahead of what has been written. */
  const held = useSignal<number | null>(null);
  const value = held.value ?? props.hand?.others.value ?? props.value;
  const travel = travelOf(range, value);
  const middle = travelOf(range, rest) === 0.5;
  const readOnly = stage.readOnly.value;
  const drag = useRef<{ y: number; travel: number; end: () => void } | null>(null);
  const change = useRef(props.onChange);
  change.current = props.onChange;
  /** Where hands cannot be told: ten times a second. */
  const send = useRef(throttle<number>(100, (next) => change.current(next)));

  const set = (next: number): void => {
    if (!readOnly) props.onChange(next);
  };
  /** A key stops in the middle. */
  const step = (by: number): void => {
    const next = travel + by;
    set(middle && (travel - 0.5) * (next - 0.5) < 0 ? rest : valueAt(range, next));
  };
  const letGo = (): void => {
    send.current.cancel();
    if (held.value !== null) set(held.value);
    props.hand?.letGo();
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
        ref={stage.place(props.place)}
        role="slider"
        data-param={props.param}
        data-effect={props.effect}
        tabIndex={0}
        aria-label={label}
        aria-valuemin={range.min}
        aria-valuemax={range.max}
        aria-valuenow={value}
        aria-valuetext={words(value)}
        aria-disabled={readOnly}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const by = KEYS[event.key];
          if (by !== undefined) step(event.shiftKey ? by / 4 : by);
          else if (event.key === "Delete" || event.key === "Backspace") set(rest);
          else return;
          event.preventDefault();
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || readOnly) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { y: event.clientY, travel, end: stage.session.gesture() };
        }}
        onPointerMove={(event) => {
          const hand = drag.current;
          if (hand === null) return;
          const moved = hand.travel + (hand.y - event.clientY) / TRAVEL / (event.shiftKey ? 4 : 1);
          held.value = middle && Math.abs(moved - 0.5) < NOTCH ? rest : valueAt(range, moved);
          if (!props.hand?.move(held.value)) send.current(held.value);
        }}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onDblClick={() => set(rest)}
      >
        <svg viewBox="0 0 64 64" aria-hidden="true">
          <path class={styles.groove} d={arc(1)} />
          {middle && <line class={styles.middle} x1="32" y1="1" x2="32" y2="5" />}
          <path class={styles.arc} d={arc(travel, middle ? 0.5 : 0)} />
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
        {props.caption ?? label}
      </span>
      <span class={styles.value} aria-hidden="true">
        {words(value).replace(/([a-z]) (?=\d)/, "$1\n")}
      </span>
    </div>
  );
}

/** My hand and others' on a control of a part, or of the room (`ROOM_TRACK`). */
export function handOn(session: SessionView, track: number, control: string): Hand {
  return {
    others: session.hands.at(track, control),
    move: (value) => session.hands.move(track, { [control]: value }),
    letGo: () => session.hands.letGo(track, control),
  };
}

/** A parameter of a part's instrument. */
export function Knob({ track, knob }: { track: number; knob: Instrument["knobs"][number] }) {
  const { session } = useStage();
  const { param } = knob;
  const known = paramByName(param);
  return (
    <Dial
      label={knob.label}
      range={{
        min: knob.min ?? known?.min ?? 0,
        max: knob.max ?? known?.max ?? 1,
        curve: known?.curve ?? "linear",
      }}
      value={session.jam.knob(track, param).value}
      rest={knob.default}
      words={(value) => format(value, known?.unit ?? "")}
      param={param}
      place={paramKey(track, param)}
      onChange={(value) => session.dispatch({ type: "PARAM_SET", track, param, value })}
      hand={handOn(session, track, param)}
    />
  );
}
