/**
 * Playing live: the open part, or all drums, under computer keys, fingers and MIDI. It stands below the score,
 * which stays in sight, and is let go of with Escape. While it is open single letters are its keys.
 */
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { pitchClassName, patternName } from "#shared/music/names.ts";
import type { Track } from "#shared/music/model.ts";
import { playingAt } from "#shared/music/turns.ts";
import { STEPS_PER_BAR } from "#shared/music/model.ts";
import { type OpenMidi, openMidi } from "../midi.ts";
import type { NotesView } from "../state/view.ts";
import { dynamic, louder } from "./dynamics.ts";
import { Icon } from "./icons.tsx";
import {
  CODES,
  fromBelow,
  keyRows,
  letterOf,
  midiPad,
  type Pad,
  padColumns,
  padLine,
  touchVelocity,
  TURNS,
} from "./play-keys.ts";
import { isMelodic } from "./rows.ts";
import { ShapeMark } from "./shape-mark.tsx";
import { isTyping } from "./shortcuts.ts";
import { headKey, type Stage, useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./play.module.css";

const OCTAVES = 3;
/** Pads for fingers: four lines of five. */
const FINGER_PADS = 20;
const USUAL_VELOCITY = 100;

interface Panel {
  readonly stage: Stage;
  readonly notes: NotesView;
  readonly octave: Signal<number>;
  readonly velocity: Signal<number>;
  /** Why the last key did not sound. */
  readonly problem: Signal<string | null>;
}

const openTrack = ({ session, open }: Stage): Track | undefined =>
  session.tracks.peek().find(({ id }) => id === open.peek());

function press({ notes, problem, stage }: Panel, pad: Pad, velocity: number, at: number): void {
  if (!stage.readOnly.peek()) problem.value = notes.press(pad, velocity, at);
}

/** Keys that are down, by what holds them (a code, a pointer, a MIDI pitch), so that each ends what it began. */
function useHeld(panel: Panel) {
  const held = useRef(new Map<string | number, Pad>()).current;
  return {
    down(by: string | number, pad: Pad, velocity: number, at: number): void {
      held.set(by, pad);
      press(panel, pad, velocity, at);
    },
    up(by: string | number, at: number): void {
      const pad = held.get(by);
      if (pad && held.delete(by)) panel.notes.release(pad, at);
    },
    at: (by: string | number): Pad | undefined => held.get(by),
    clear(): void {
      held.clear();
      panel.notes.letGo();
    },
  };
}

type Held = ReturnType<typeof useHeld>;

const clampOctave = (octave: number): number => Math.max(-OCTAVES, Math.min(OCTAVES, octave));

function turn({ octave, velocity }: Panel, what: (typeof TURNS)[string]): void {
  if (what === "down" || what === "up") octave.value = clampOctave(octave.peek() + (what === "up" ? 1 : -1));
  else velocity.value = louder(velocity.peek(), what === "louder" ? 1 : -1);
}

/** Shift R, everywhere where R alone is a note. */
const isRecordKey = (event: KeyboardEvent): boolean => event.code === "KeyR" && event.shiftKey;

function useComputerKeys(panel: Panel, held: Held): void {
  const { stage, notes, octave } = panel;
  useEffect(() => {
    const padAt = (code: string): Pad | undefined => {
      const track = openTrack(stage);
      if (!track) return undefined;
      const { session } = stage;
      const rows = keyRows(track, session.tracks.peek(), session.scale.peek(), octave.peek());
      const [low, high] = [CODES.lower.indexOf(code as never), CODES.upper.indexOf(code as never)];
      return low >= 0 ? rows.lower[low] : rows.upper[high];
    };
    const act = (event: KeyboardEvent): boolean => {
      if (event.key === "Escape") {
        const isSilent = notes.sounding.peek().every(({ by }) => by !== null);
        held.clear();
        if (isSilent) stage.sheet.value = null;
        return true;
      }
      if (isRecordKey(event)) {
        if (!event.repeat) notes.setRecording(!notes.recording.peek());
        return true;
      }
      const what = TURNS[event.code];
      const pad = padAt(event.code);
      if (event.shiftKey || (!what && !pad)) return false;
      if (event.repeat) return true;
      if (what) turn(panel, what);
      else if (pad) held.down(event.code, pad, panel.velocity.peek(), event.timeStamp);
      return true;
    };
    const down = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target))
        return;
      if (act(event)) event.preventDefault();
    };
    const up = (event: KeyboardEvent): void => held.up(event.code, event.timeStamp);
    const away = (): void => held.clear();
    addEventListener("keydown", down, true);
    addEventListener("keyup", up, true);
    addEventListener("blur", away);
    document.addEventListener("visibilitychange", away);
    return () => {
      removeEventListener("keydown", down, true);
      removeEventListener("keyup", up, true);
      removeEventListener("blur", away);
      document.removeEventListener("visibilitychange", away);
      held.clear();
      notes.setRecording(false);
    };
    // reason: all of them live as long as the panel.
  }, []);
}

const MIDI_WORDS = {
  missing: "This browser has no MIDI.",
  refused: "The browser did not allow MIDI.",
} as const;

function Midi({ panel, held }: { panel: Panel; held: Held }) {
  const words = useSignal<string | null>(null);
  const open = useRef<OpenMidi | null>(null);
  useEffect(
    () => () => {
      if (typeof open.current === "function") open.current();
    },
    [],
  );
  const start = async (): Promise<void> => {
    const { stage } = panel;
    open.current = await openMidi({
      press: (pitch, velocity, at) => {
        const track = openTrack(stage);
        const pad = track && midiPad(track, stage.session.tracks.peek(), pitch);
        if (pad) held.down(pitch, pad, velocity, at);
      },
      release: (pitch, at) => held.up(pitch, at),
      changed: (names, gone) => {
        if (gone !== null) held.clear();
        words.value =
          gone === null
            ? names.length > 0
              ? `MIDI: ${names.join(", ")}`
              : "MIDI: plug a keyboard in."
            : `${gone} was unplugged.`;
      },
    });
    if (typeof open.current === "string") words.value = MIDI_WORDS[open.current];
  };
  return words.value === null ? (
    <button type="button" class={styles.small} onClick={() => void start()}>
      MIDI in
    </button>
  ) : (
    <span class={styles.midi} role="status" title={words.value}>
      {words.value}
    </span>
  );
}

function Record({ notes }: { notes: NotesView }) {
  const on = notes.recording.value;
  return (
    <button
      type="button"
      class={styles.record}
      aria-pressed={on}
      aria-keyshortcuts="Shift+R"
      title="Shift R"
      onClick={() => notes.setRecording(!on)}
    >
      <i aria-hidden="true" />
      <span>{on ? "Recording" : "Record"}</span>
    </button>
  );
}

/** What is going on, in a sentence. */
function Words({ panel: { stage, notes, problem }, track }: { panel: Panel; track: Track }) {
  const { session } = stage;
  const isPlaying = session.playing.value;
  const pattern = useComputed(() => {
    const now = session.tracks.value.find(({ id }) => id === track.id) ?? track;
    return playingAt(now, Math.floor(Math.max(0, stage.step.value) / STEPS_PER_BAR)).patternIndex;
  }).value;
  const where = isMelodic(track.instrument)
    ? `${track.name}, pattern ${patternName(pattern)}`
    : "the drums' patterns";
  const sentence =
    problem.value ??
    (!notes.recording.value
      ? "You hear yourself at once, the others hear you 0.1 to 0.2 s later."
      : isPlaying
        ? `What you play is written into ${where}, on the nearest step.`
        : "Press Play: it is written while the music plays.");
  return (
    <p class={styles.words} role="status" data-problem={problem.value !== null}>
      {sentence}
    </p>
  );
}

function Step({
  label,
  shown,
  keys,
  onTurn,
}: {
  label: string;
  shown: string;
  keys: readonly [string, string];
  onTurn: (by: 1 | -1) => void;
}) {
  return (
    <span class={styles.step} role="group" aria-label={label}>
      <button type="button" aria-label={`${label} down`} title={keys[0]} onClick={() => onTurn(-1)}>
        −
      </button>
      <span>
        {label} <b>{shown}</b>
      </span>
      <button type="button" aria-label={`${label} up`} title={keys[1]} onClick={() => onTurn(1)}>
        +
      </button>
    </span>
  );
}

function Key({ pad, letter, panel }: { pad: Pad; letter: string | null; panel: Panel }) {
  const lit = useComputed(() =>
    panel.notes.sounding.value.findLast(({ track, pitch }) => track === pad.track && pitch === pad.pitch),
  ).value;
  const mine = panel.stage.session.people.value.find(({ self }) => self)?.color;
  const color = lit && (lit.by === null ? mine : lit.color);
  return (
    <button
      type="button"
      class={styles.key}
      tabIndex={-1}
      data-key={`${pad.track}:${pad.pitch}`}
      data-root={pad.root}
      data-lit={lit !== undefined}
      data-c={color ?? undefined}
      aria-label={`Play ${pad.label}`}
    >
      {pad.shape === null ? null : <ShapeMark shape={pad.shape} size={18} />}
      <span>{pad.label}</span>
      {letter === null ? null : <kbd>{letter}</kbd>}
    </button>
  );
}

/** Fingers and mouse: as many pads at once as there are pointers, and a slide goes from pad to pad. */
function usePointers(pads: readonly Pad[], held: Held) {
  const under = (event: PointerEvent): { pad: Pad; velocity: number } | null => {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-key]");
    const pad = pads.find(({ track, pitch }) => key?.dataset.key === `${track}:${pitch}`);
    if (!key || !pad) return null;
    const box = key.getBoundingClientRect();
    return { pad, velocity: touchVelocity((event.clientY - box.top) / box.height) };
  };
  const name = (event: PointerEvent): string => `pointer:${event.pointerId}`;
  const end = (event: PointerEvent): void => held.up(name(event), event.timeStamp);
  return {
    onPointerDown: (event: PointerEvent) => {
      const at = under(event);
      if (!at || event.button !== 0) return;
      // The focus stays where it was, and a finger may slide off the pad that it began on.
      event.preventDefault();
      if (event.target instanceof Element && event.target.hasPointerCapture(event.pointerId))
        event.target.releasePointerCapture(event.pointerId);
      held.down(name(event), at.pad, at.velocity, event.timeStamp);
    },
    onPointerMove: (event: PointerEvent) => {
      const before = held.at(name(event));
      if (!before) return;
      const at = under(event);
      if (at && at.pad.track === before.track && at.pad.pitch === before.pitch) return;
      end(event);
      if (at) held.down(name(event), at.pad, at.velocity, event.timeStamp);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: end,
  };
}

function Keys({ panel, held, track }: { panel: Panel; held: Held; track: Track }) {
  const { stage, octave } = panel;
  const { session } = stage;
  const [tracks, scale] = [session.tracks.value, session.scale.value];
  const phone = stage.layout.value === "phone";
  const rows = keyRows(track, tracks, scale, octave.value);
  const line = padLine(track, tracks, scale, octave.value, FINGER_PADS);
  const pointers = usePointers(phone ? line : [...rows.lower, ...rows.upper], held);
  if (phone)
    return (
      <div class={styles.pads} style={{ "--pads": padColumns(line.length) }} {...pointers}>
        {fromBelow(line, padColumns(line.length)).map((pad, index) =>
          pad === null ? (
            <i key={index} />
          ) : (
            <Key key={`${pad.track}:${pad.pitch}`} pad={pad} letter={null} panel={panel} />
          ),
        )}
      </div>
    );
  return (
    <div class={styles.rows} data-tall={rows.upper.length === 0} {...pointers}>
      {(["upper", "lower"] as const).map((row) => (
        <div key={row} class={styles.row} hidden={rows[row].length === 0}>
          {rows[row].map((pad, index) => (
            <Key
              key={`${pad.track}:${pad.pitch}`}
              pad={pad}
              letter={letterOf(CODES[row][index] ?? "")}
              panel={panel}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function Playing({ notes, track }: { notes: NotesView; track: Track }) {
  const stage = useStage();
  const panel: Panel = {
    stage,
    notes,
    octave: useSignal(0),
    velocity: useSignal(USUAL_VELOCITY),
    problem: useSignal<string | null>(null),
  };
  const held = useHeld(panel);
  useComputerKeys(panel, held);
  const melodic = isMelodic(track.instrument);
  return (
    <>
      <div class={styles.bar}>
        <Record notes={notes} />
        <Words panel={panel} track={track} />
        {melodic && (
          <Step
            label="Octave"
            shown={octaveWords(panel.octave.value)}
            keys={["Z", "X"]}
            onTurn={(by) => turn(panel, by > 0 ? "up" : "down")}
          />
        )}
        {stage.layout.value !== "phone" && (
          <Step
            label="Loudness"
            shown={dynamic(panel.velocity.value).mark}
            keys={["C", "V"]}
            onTurn={(by) => turn(panel, by > 0 ? "louder" : "softer")}
          />
        )}
        <Midi panel={panel} held={held} />
        <button
          type="button"
          class={controls.small}
          aria-label="Stop playing live"
          title="Escape"
          onClick={() => {
            stage.sheet.value = null;
          }}
        >
          <Icon name="close" size={18} />
        </button>
      </div>
      <Keys panel={panel} held={held} track={track} />
    </>
  );
}

const octaveWords = (octave: number): string =>
  octave > 0 ? `+${octave}` : String(octave).replace("-", "−");

export function PlayPanel() {
  const stage = useStage();
  const { session } = stage;
  const notes = session.hands.notes.value;
  const track = session.tracks.value.find(({ id }) => id === stage.open.value);
  const open = stage.open.value;
  useEffect(() => {
    // The score has less room now: the part that is played stays in sight.
    if (open !== null) stage.at(headKey(open))?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [stage, open]);
  const root = pitchClassName(session.scale.value.root);
  useEffect(() => {
    document.documentElement.dataset.live = "";
    return () => {
      delete document.documentElement.dataset.live;
    };
  }, []);
  return (
    <section
      class={styles.panel}
      aria-label={`Play live${track ? `: ${track.name}, ${root} ${session.scale.value.name}` : ""}`}
      data-recording={notes?.recording.value ?? false}
    >
      {notes && track && !stage.readOnly.value ? (
        <Playing notes={notes} track={track} />
      ) : (
        <p class={styles.words}>{stage.readOnly.value ? "Who listens does not play." : "One moment."}</p>
      )}
    </section>
  );
}
