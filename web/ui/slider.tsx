/** A level slider: while it is dragged at most ten edits a second go out, and the whole drag is one entry of undo. */
import { useSignal } from "@preact/signals";
import type { CSSProperties } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useStage } from "./stage.ts";
import { throttle } from "./throttle.ts";

export interface SliderProps {
  readonly label: string;
  /** Which register of the part it sets, where it is one of its own. */
  readonly field?: "volume" | "pan";
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
  /** Where my hand holds it, ahead of what has been sent. */
  const held = useSignal<number | null>(null);
  const change = useRef(props.onChange);
  change.current = props.onChange;
  const send = useRef(throttle<number>(100, (value) => change.current(value)));
  const gesture = useRef<(() => void) | null>(null);
  const value = held.value ?? props.value;
  const letGo = (): void => {
    send.current.flush();
    held.value = null;
    gesture.current?.();
    gesture.current = null;
  };
  useEffect(() => () => send.current.cancel(), []);
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
        send.current(held.value);
        // The keyboard has no hand to let go: what is shown is what was sent.
        if (gesture.current === null) letGo();
      }}
    />
  );
}
