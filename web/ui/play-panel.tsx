/**
 * Playing live: the open part, or all drums, under computer keys, fingers and MIDI. It stands below the score,
 * which stays in sight, and is let go of with Escape. While it is open single letters are its keys.
 */
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { pitchClassName, patternName } from "#shared/music/names.ts";
import type { Track } from "#shared/music/model.ts";
import { playingAt } from "#shared/music/turns.ts";
import { STEPS_PER_BAR } from "#shared/music/model.ts";
import { type OpenMidi, openMidi } from "../midi.ts";
import type { NotesView } from "../state/hands-view.ts";
import { dynamic } from "./dynamics.ts";
import { Icon } from "./icons.tsx";
import { CODES, fromBelow, keyRows, letterOf, midiPad, type Pad, padColumns, padLine } from "./play-keys.ts";
import {
  type Held,
  openTrack,
  type Panel,
  turn,
  useComputerKeys,
  useHeld,
  usePointers,
} from "./play-input.ts";
import { isMelodic } from "./rows.ts";
import { ShapeMark } from "./shape-mark.tsx";
import { headKey, useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./play.module.css";

/** Pads for fingers: four lines of five. */
const FINGER_PADS = 20;
const USUAL_VELOCITY = 100;

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
        const pad = track && midiPad(track, stage.session.jam.tracks.peek(), pitch);
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
  const isPlaying = session.jam.playing.value;
  const pattern = useComputed(() => {
    const now = session.jam.tracks.value.find(({ id }) => id === track.id) ?? track;
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

function Keys({ panel, held, track }: { panel: Panel; held: Held; track: Track }) {
  const { stage, octave } = panel;
  const { session } = stage;
  const [tracks, scale] = [session.jam.tracks.value, session.jam.scale.value];
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
  const track = session.jam.tracks.value.find(({ id }) => id === stage.open.value);
  const open = stage.open.value;
  useEffect(() => {
    // The score has less room now: the part that is played stays in sight.
    if (open !== null) stage.at(headKey(open))?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [stage, open]);
  const root = pitchClassName(session.jam.scale.value.root);
  useEffect(() => {
    document.documentElement.dataset.live = "";
    return () => {
      delete document.documentElement.dataset.live;
    };
  }, []);
  return (
    <section
      class={styles.panel}
      aria-label={`Play live${track ? `: ${track.name}, ${root} ${session.jam.scale.value.name}` : ""}`}
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
