/** What can be set of one note: its loudness, its length, how often it comes and how often it strikes. */
import type { Track } from "#shared/music/model.ts";
import type { Cell } from "../state/view.ts";
import { dynamic, GATE } from "./dynamics.ts";
import { Slider } from "./slider.tsx";
import { useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./panel.module.css";

type Field = "velocity" | "gate" | "probability" | "ratchet";

interface Quality {
  readonly field: Field;
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly rest: number;
  /** As short as it stands beside the slider. */
  readonly figure: (value: number) => string;
  readonly words: (value: number) => string;
}

/** Longer gates than a bar are rare: a slider of the whole range would leave no room for the short ones. */
const LONGEST = 16;

const QUALITIES: readonly Quality[] = [
  {
    field: "velocity",
    label: "Loudness",
    min: 1,
    max: 127,
    step: 1,
    rest: 100,
    figure: String,
    words: (value) => dynamic(value).word,
  },
  {
    field: "gate",
    label: "Length",
    min: GATE.min,
    max: LONGEST,
    step: GATE.min,
    rest: 1,
    figure: (value) => String(Math.round(value * 100) / 100),
    words: (value) => `${Math.round(value * 100) / 100} steps`,
  },
  {
    field: "probability",
    label: "Chance",
    min: 0,
    max: 1,
    step: 0.05,
    rest: 1,
    figure: (value) => `${Math.round(value * 100)} %`,
    words: (value) => `${Math.round(value * 100)} % of the time`,
  },
  {
    field: "ratchet",
    label: "Strikes",
    min: 1,
    max: 8,
    step: 1,
    rest: 1,
    figure: String,
    words: (value) => (value === 1 ? "one strike" : `${value} strikes`),
  },
];

/** Of a note, in its track. */
export interface Place {
  readonly step: number;
  readonly pitch: number;
}

export function NoteSliders({ track, at, cell }: { track: Track; at: Place; cell: Cell }) {
  const { session } = useStage();
  const { velocity, gate, probability, ratchet } = cell;
  const note = { velocity, gate, probability, ratchet };
  return (
    <>
      {QUALITIES.map(({ field, label, figure, max, ...slider }) => (
        <div key={field} class={styles.note}>
          <span class={controls.label}>{label}</span>
          <Slider
            {...slider}
            class={controls.range}
            label={`${label} of the note`}
            max={Math.max(max, note[field])}
            value={note[field]}
            onChange={(value) =>
              session.dispatch({ type: "NOTE_SET", track: track.id, ...at, ...note, [field]: value })
            }
          />
          <output aria-hidden="true">{figure(note[field])}</output>
        </div>
      ))}
    </>
  );
}
