/**
 * A level slider. A drag of a part's volume or pan is heard by everybody as it moves and written when it ends;
 * of other levels at most ten edits a second go out. Either way it is one entry of undo.
 */
import { useSignal } from "@preact/signals";
import type { CSSProperties } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useStage } from "./stage.ts";
import { throttle } from "./throttle.ts";

export interface SliderProps {
  readonly label: string;
  /** Which register of the part it sets, where it is one of its own. */
  readonly field?: "volume" | "pan";
  /** Whose, then. */
  readonly track?: number;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Where a double click puts it. */
  readonly rest: number;
  /** The value in words. */
  readonly words: (value: number) => string;
  readonly onChange: (value: number) => void;
  readonly class?: string | undefined;
  readonly style?: (value: number) => CSSProperties;
}

export function Slider(props: SliderProps) {
  const { session, readOnly } = useStage();
  const { field, track } = props;
  const others = field && track !== undefined ? session.hands.at(track, field).value : null;
  /** Where my hand holds it, ahead of what has been sent. */
  const held = useSignal<number | null>(null);
  const change = useRef(props.onChange);
  change.current = props.onChange;
  const send = useRef(throttle<number>(100, (value) => change.current(value)));
  const gesture = useRef<(() => void) | null>(null);
  /** Others hear it by my hand and not by edits. */
  const moved = useRef(false);
  const value = held.value ?? others ?? props.value;
  const letGo = (): void => {
    send.current.flush();
    if (moved.current && held.value !== null) props.onChange(held.value);
    moved.current = false;
    if (field && track !== undefined) session.hands.letGo(track, field);
    held.value = null;
    gesture.current?.();
    gesture.current = null;
  };
  const end = useRef(letGo);
  end.current = letGo;
  useEffect(() => () => end.current(), []);
  return (
    <input
      type="range"
      class={props.class}
      aria-label={props.label}
      data-field={props.field}
      min={props.min}
      max={props.max}
      step={props.step}
      value={value}
      disabled={readOnly.value}
      style={props.style?.(value)}
      aria-valuetext={props.words(value)}
      onDblClick={() => props.onChange(props.rest)}
      onPointerDown={() => {
        gesture.current ??= session.gesture();
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onBlur={letGo}
      onInput={(event) => {
        held.value = Number(event.currentTarget.value);
        moved.current =
          gesture.current !== null &&
          field !== undefined &&
          track !== undefined &&
          session.hands.move(track, { [field]: held.value });
        if (!moved.current) send.current(held.value);
        // The keyboard has no hand to let go: what is shown is what was sent.
        if (gesture.current === null) letGo();
      }}
    />
  );
}
