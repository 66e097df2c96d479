/**
 * The XY pad: one hand on two controls of a part. It is two sliders for the keyboard and a screen reader, one
 * on the other, and one surface for a finger, which both axes follow. What a hand does is heard by everybody
 * as it moves, and written in one edit when it lets go; another's hand moves the part's shape on it.
 */
import { type Signal, useSignal } from "@preact/signals";
import type { TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Instrument, instrumentById } from "#shared/music/instruments.ts";
import { isLevel } from "#shared/music/levels.ts";
import type { Track } from "#shared/music/model.ts";
import { controlInfo, type ControlInfo, padChoices, type PadControls, padOf } from "#shared/music/pad.ts";
import { travelOf, valueAt } from "#shared/music/travel.ts";
import { ShapeMark } from "./shape-mark.tsx";
import { paramKey, type Stage, useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import { throttle } from "./throttle.ts";
import controls from "./controls.module.css";
import styles from "./pad.module.css";

type Axis = "x" | "y";

/** A control as it stands on an axis. */
interface AxisView {
  readonly name: string;
  readonly info: ControlInfo;
  /** Where my hand has it, or another's, or else the document. */
  readonly value: number;
  /** 0 to 1. */
  readonly travel: number;
  /** Another's hand has it. */
  readonly isTheirs: boolean;
}

/** Where my hand has both, 0 to 1. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** A hand that is so near to the middle of a control's travel means the middle. */
const NOTCH = 0.02;
/** Pixels from the surface's edge to where the controls end, for the thumb. Also in `pad.module.css`. */
const INSET = 14;

const KEYS: Readonly<Record<string, readonly [axis: Axis | null, by: number]>> = {
  ArrowRight: ["x", 0.02],
  ArrowLeft: ["x", -0.02],
  ArrowUp: ["y", 0.02],
  ArrowDown: ["y", -0.02],
  PageUp: [null, 0.1],
  PageDown: [null, -0.1],
  Home: [null, -1],
  End: [null, 1],
};

const restsInTheMiddle = ({ range, rest }: ControlInfo): boolean => travelOf(range, rest) === 0.5;

/** The value at a travel; near the middle of what rests there, its rest. */
const valueOf = (info: ControlInfo, travel: number): number =>
  restsInTheMiddle(info) && Math.abs(travel - 0.5) < NOTCH ? info.rest : valueAt(info.range, travel);

/** A key stops in the middle of what rests there. */
const stepped = (info: ControlInfo, from: number, to: number): number =>
  restsInTheMiddle(info) && (from - 0.5) * (to - 0.5) < 0 ? info.rest : valueAt(info.range, to);

function axisView(
  { session }: Stage,
  track: Track,
  instrument: Instrument,
  name: string,
  held: number | undefined,
): AxisView {
  const info = controlInfo(instrument, name);
  if (info === null) throw new Error(`a pad with ${name} on an axis`);
  const written = isLevel(name) ? track[name] : session.jam.knob(track.id, name).value;
  const theirs = session.hands.at(track.id, name).value;
  const value = held === undefined ? (theirs ?? written) : valueOf(info, held);
  return { name, info, value, travel: travelOf(info.range, value), isTheirs: theirs !== null };
}

type Axes = Readonly<Record<Axis, AxisView>>;

/** Whose hand moves it, while it is another's. */
function Holder({ track, axes: { x, y } }: { track: Track; axes: Axes }) {
  const others = useLate().company.presence.others.value;
  if (!x.isTheirs && !y.isTheirs) return null;
  const who = others.findLast(
    ({ at }) => at.track === track.id && (at.param === x.name || at.param === y.name),
  );
  return (
    who && (
      <span class={styles.holder} data-c={who.color} aria-hidden="true">
        {who.name}
      </span>
    )
  );
}

type Values = Record<string, number>;

/** Where the pointer is on the surface. */
function placeAt({ currentTarget, clientX, clientY }: TargetedPointerEvent<HTMLElement>): Place {
  const box = currentTarget.getBoundingClientRect();
  const within = (at: number): number => Math.min(1, Math.max(0, at));
  return {
    x: within((clientX - box.left - INSET) / (box.width - 2 * INSET)),
    y: within((box.bottom - INSET - clientY) / (box.height - 2 * INSET)),
  };
}

/** A finger, a pen or a mouse on the surface: the first one has it until it lets go. */
function usePointer(track: number, axes: Axes, held: Signal<Place | null>, write: (values: Values) => void) {
  const { session, readOnly } = useStage();
  const drag = useRef<{ readonly pointer: number; readonly end: () => void } | null>(null);
  const latest = useRef(write);
  latest.current = write;
  /** Where hands cannot be told: ten times a second. */
  const send = useRef(throttle<Values>(100, (values) => latest.current(values)));
  const valuesAt = (at: Place): Values => ({
    [axes.x.name]: valueOf(axes.x.info, at.x),
    [axes.y.name]: valueOf(axes.y.info, at.y),
  });
  const moveTo = (at: Place): void => {
    held.value = at;
    const values = valuesAt(at);
    if (!session.hands.move(track, values)) send.current(values);
  };
  const letGo = (): void => {
    send.current.cancel();
    if (held.value !== null) write(valuesAt(held.value));
    if (drag.current !== null) session.hands.letGo(track, axes.x.name, axes.y.name);
    held.value = null;
    drag.current?.end();
    drag.current = null;
  };
  const end = useRef(letGo);
  end.current = letGo;
  useEffect(() => () => end.current(), []);
  const lifted = ({ pointerId }: PointerEvent): void => {
    if (drag.current?.pointer === pointerId) letGo();
  };
  return {
    onPointerDown: (event: TargetedPointerEvent<HTMLElement>) => {
      if (event.button !== 0 || readOnly.value || drag.current !== null) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { pointer: event.pointerId, end: session.gesture() };
      moveTo(placeAt(event));
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLElement>) => {
      if (drag.current?.pointer === event.pointerId) moveTo(placeAt(event));
    },
    onPointerUp: lifted,
    onPointerCancel: lifted,
  };
}

/** What a key on an axis's slider does: arrows move both axes, the rest its own. Null for other keys. */
function keyed({ key, shiftKey }: KeyboardEvent, axes: Axes, focused: Axis): Values | null {
  const [axis, by] = KEYS[key] ?? [];
  const { name, info, travel } = axes[axis ?? focused];
  if (by !== undefined) return { [name]: stepped(info, travel, travel + (shiftKey ? by / 4 : by)) };
  return key === "Delete" || key === "Backspace" ? { [name]: info.rest } : null;
}

/** An axis as a slider; its words say both values, since its keys move both. */
function sliderOn(axes: Axes, axis: Axis) {
  const { name, info, value } = axes[axis];
  const other = axes[axis === "x" ? "y" : "x"];
  return {
    role: "slider",
    tabIndex: 0,
    "aria-orientation": axis === "x" ? "horizontal" : "vertical",
    "aria-label": `${info.label}, ${axis === "x" ? "left to right" : "bottom to top"}`,
    "aria-valuemin": info.range.min,
    "aria-valuemax": info.range.max,
    "aria-valuenow": value,
    "aria-valuetext": `${info.words(value)}, ${other.info.label} ${other.info.words(other.value)}`,
    "data-param": name,
  } as const;
}

function Surface({ track, axes, held }: { track: Track; axes: Axes; held: Signal<Place | null> }) {
  const stage = useStage();
  const readOnly = stage.readOnly.value;
  const write = (values: Values): void => {
    if (!readOnly) stage.session.dispatch({ type: "CONTROLS_SET", track: track.id, values });
  };
  const pointer = usePointer(track.id, axes, held, write);
  const slider = (axis: Axis) => ({
    ...sliderOn(axes, axis),
    "aria-disabled": readOnly,
    onKeyDown: (event: KeyboardEvent) => {
      const values = event.ctrlKey || event.metaKey || event.altKey ? null : keyed(event, axes, axis);
      if (values === null) return;
      write(values);
      event.preventDefault();
    },
  });
  const places = [axes.x, axes.y].map(({ name }) => stage.place(paramKey(track.id, name)));
  return (
    <div class={styles.frame} style={{ "--x": axes.x.travel, "--y": axes.y.travel }}>
      <div
        {...slider("x")}
        {...pointer}
        class={styles.surface}
        ref={(element) => {
          for (const each of places) each(element);
        }}
      >
        <i class={styles.across} />
        <i class={styles.up} />
        <Holder track={track} axes={axes} />
        <span class={styles.puck} data-held={held.value !== null}>
          <ShapeMark shape={track.shape} size={24} />
        </span>
      </div>
      <div {...slider("y")} class={styles.upright} />
    </div>
  );
}

/** What stands on an axis, and another choice for it. One from the other axis changes places with it. */
function Assignment({
  track,
  instrument,
  axes,
  axis,
}: {
  track: Track;
  instrument: Instrument;
  axes: Axes;
  axis: Axis;
}) {
  const stage = useStage();
  const { name: now, info, value } = axes[axis];
  const choose = (name: string): void => {
    const mine = axis === "x" ? { padX: name } : { padY: name };
    const isOther = name === axes[axis === "x" ? "y" : "x"].name;
    const other = axis === "x" ? { padY: now } : { padX: now };
    stage.session.dispatch({ type: "TRACK_SET", track: track.id, ...mine, ...(isOther ? other : {}) });
  };
  return (
    <div class={styles.axis}>
      <span aria-hidden="true">{axis === "x" ? "↔" : "↕"}</span>
      <select
        class={controls.select}
        aria-label={axis === "x" ? "Left to right" : "Bottom to top"}
        value={now}
        disabled={stage.readOnly.value}
        onChange={(event) => {
          choose(event.currentTarget.value);
          // What is chosen may be what stands there already.
          event.currentTarget.value = now;
        }}
      >
        {padChoices(instrument).map((name) => (
          <option key={name} value={name}>
            {controlInfo(instrument, name)?.label}
          </option>
        ))}
        <option value="">As the instrument comes</option>
      </select>
      <span class={styles.value} aria-hidden="true">
        {info.words(value)}
      </span>
    </div>
  );
}

function OpenPad({ track, instrument, names }: { track: Track; instrument: Instrument; names: PadControls }) {
  const stage = useStage();
  /** Where my hand holds it, ahead of what has been written. */
  const held = useSignal<Place | null>(null);
  const axes = {
    x: axisView(stage, track, instrument, names.x, held.value?.x),
    y: axisView(stage, track, instrument, names.y, held.value?.y),
  };
  return (
    <div class={styles.pad} role="group" aria-label={`XY pad of ${track.name}`}>
      <Surface track={track} axes={axes} held={held} />
      <Assignment track={track} instrument={instrument} axes={axes} axis="x" />
      <Assignment track={track} instrument={instrument} axes={axes} axis="y" />
    </div>
  );
}

/** Turns the open part's panel to its pad, and back. */
function PadButton({ track }: { track: Track }) {
  const { pad } = useStage();
  return (
    <button
      type="button"
      class={styles.button}
      aria-pressed={pad.value}
      aria-label={`XY pad of ${track.name}`}
      onClick={() => {
        pad.value = !pad.value;
      }}
    >
      XY
    </button>
  );
}

export interface PadProps {
  readonly track: Track;
  /** The pad itself, or the button that shows it. */
  readonly as: "pad" | "button";
}

export function Pad({ track, as }: PadProps) {
  const instrument = instrumentById(track.instrument);
  const names = padOf(track);
  if (instrument === undefined || names === null) return null;
  if (as === "button") return <PadButton track={track} />;
  // Another part or another control is another hand: what was held is let go of.
  const key = `${track.id}:${instrument.id}:${names.x}:${names.y}`;
  return <OpenPad key={key} track={track} instrument={instrument} names={names} />;
}
