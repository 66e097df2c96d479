/**
 * The lower stand: every melodic part has its leaf of pitches here, one above the other, and the open
 * part's leaf is scrolled into view; a drum's leaf holds the loudness of its steps.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { panWord } from "#shared/music/figures.ts";
import { INSTRUMENTS } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import { SCORE } from "./columns.ts";
import { page, pageCount } from "./geometry.ts";
import { Icon } from "./icons.tsx";
import { Lane } from "./lane.tsx";
import { movePart } from "./move-part.ts";
import { Volume } from "./part-head.tsx";
import { isMelodic, ownPitch, pitchRows, shownPitches } from "./rows.ts";
import { ShapeMark } from "./shape-mark.tsx";
import { Slider } from "./slider.tsx";
import { useStage } from "./stage.ts";
import { StepGrid } from "./step-grid.tsx";
import controls from "./controls.module.css";
import styles from "./leaf.module.css";

const LENGTHS = [4, 6, 8, 12, 16, 24, 32, 48, 64];

export function InstrumentSelect({ track }: { track: Track }) {
  const stage = useStage();
  const kind = isMelodic(track.instrument) ? "melodic" : "drum";
  return (
    <select
      class={controls.select}
      aria-label={`Instrument of ${track.name}`}
      value={track.instrument}
      disabled={stage.readOnly.value}
      onChange={(event) =>
        stage.session.dispatch({ type: "TRACK_SET", track: track.id, instrument: event.currentTarget.value })
      }
    >
      {INSTRUMENTS.filter((each) => each.kind === kind).map((each) => (
        <option key={each.id} value={each.id}>
          {each.label}
        </option>
      ))}
    </select>
  );
}

/** The steps a pattern has, and which page of them is drawn. */
export function LengthAndPage({ track, size }: { track: Track; size: number }) {
  const stage = useStage();
  const { length } = track.pattern;
  const pages = pageCount(length, size);
  const shown = stage.pageOf(track, size);
  return (
    <div class={styles.inline}>
      <select
        class={controls.select}
        aria-label={`Length of ${track.name} in steps`}
        value={length}
        disabled={stage.readOnly.value}
        onChange={(event) =>
          stage.session.dispatch({
            type: "LENGTH_SET",
            track: track.id,
            length: Number(event.currentTarget.value),
          })
        }
      >
        {[...new Set([...LENGTHS, length])]
          .toSorted((a, b) => a - b)
          .map((each) => (
            <option key={each} value={each}>
              {each} steps
            </option>
          ))}
      </select>
      {pages > 1 && (
        <button
          type="button"
          class={styles.pageButton}
          aria-label={`${shown + 1}/${pages} pages of ${track.name}, show the next`}
          onClick={() => stage.pin(track.id, (shown + 1) % pages)}
        >
          {shown + 1}/{pages}
        </button>
      )}
      {pages > 1 && stage.isPinned(track.id) && (
        <button type="button" class={styles.pageButton} onClick={() => stage.pin(track.id, null)}>
          follow
        </button>
      )}
    </div>
  );
}

function Name({ track }: { track: Track }) {
  const stage = useStage();
  return (
    <input
      class={styles.name}
      aria-label={`Name of ${track.name}`}
      value={track.name}
      maxLength={40}
      disabled={stage.readOnly.value}
      onChange={(event) => {
        const name = event.currentTarget.value.trim();
        if (name === "" || name === track.name) event.currentTarget.value = track.name;
        else stage.session.dispatch({ type: "TRACK_SET", track: track.id, name });
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}

function Pan({ track }: { track: Track }) {
  const { session } = useStage();
  return (
    <div class={styles.pan}>
      <span class={controls.label}>Pan</span>
      <Slider
        class={controls.range}
        label={`Pan of ${track.name}`}
        field="pan"
        track={track.id}
        value={track.pan}
        min={-1}
        max={1}
        step={0.05}
        rest={0}
        words={panWord}
        onChange={(pan) => session.dispatch({ type: "TRACK_SET", track: track.id, pan })}
      />
    </div>
  );
}

/** What is set for the whole part, beside its leaf. */
export function PartControls({ track, pageSize }: { track: Track; pageSize: number }) {
  const stage = useStage();
  const { session } = stage;
  const mix = session.myMix.of(track.id).value;
  const melodic = isMelodic(track.instrument);
  return (
    <div class={styles.controls}>
      <div class={styles.title}>
        <ShapeMark shape={track.shape} size={16} />
        <Name track={track} />
      </div>
      <InstrumentSelect track={track} />
      <LengthAndPage track={track} size={pageSize} />
      {stage.layout.value === "medium" && <Volume track={track} />}
      {stage.layout.value === "phone" && (
        <div class={styles.pan}>
          <span class={controls.label}>Volume</span>
          <Volume track={track} />
        </div>
      )}
      <Pan track={track} />
      <div class={styles.buttons}>
        <button
          type="button"
          class={styles.mine}
          aria-pressed={mix.muted}
          aria-label={`Mute for me: ${track.name}`}
          onClick={() => session.myMix.set(track.id, { muted: !mix.muted })}
        >
          <Icon name="ear" size={16} />
          <span>Mute for me</span>
        </button>
        <button
          type="button"
          class={controls.small}
          aria-label={`Remove ${track.name}`}
          disabled={stage.readOnly.value}
          onClick={() => session.dispatch({ type: "TRACK_REMOVE", track: track.id })}
        >
          <Icon name="trash" size={16} />
        </button>
      </div>
      {stage.layout.value !== "medium" && <Place track={track} />}
      {melodic && <Octaves track={track} />}
    </div>
  );
}

/** Its place in the order of the parts. */
function Place({ track }: { track: Track }) {
  const { session, readOnly } = useStage();
  const ids = session.jam.tracks.value.map(({ id }) => id);
  return (
    <div class={styles.place}>
      <span class={controls.label}>Place</span>
      {([1, -1] as const).map((by) => (
        <button
          key={by}
          type="button"
          class={controls.small}
          aria-label={`Move ${track.name} ${by < 0 ? "up" : "down"}`}
          disabled={readOnly.value || ids.at(by < 0 ? 0 : -1) === track.id}
          onClick={() => movePart(session, track.id, by)}
        >
          <Icon name={by < 0 ? "up" : "down"} size={16} />
        </button>
      ))}
    </div>
  );
}

export function Octaves({ track }: { track: Track }) {
  const stage = useStage();
  return (
    <div class={styles.octaves}>
      <span class={controls.label}>Octave</span>
      <button
        type="button"
        class={controls.small}
        aria-label={`Octave down for ${track.name}`}
        onClick={() => stage.shiftOctave(track.id, -1)}
      >
        <Icon name="down" size={16} />
      </button>
      <button
        type="button"
        class={controls.small}
        aria-label={`Octave up for ${track.name}`}
        onClick={() => stage.shiftOctave(track.id, 1)}
      >
        <Icon name="up" size={16} />
      </button>
    </div>
  );
}

export function PitchGrid({ track, size, rows }: { track: Track; size: number; rows: number }) {
  const stage = useStage();
  const { session } = stage;
  const scale = session.jam.scale.value;
  const { length } = track.pattern;
  const pitches = shownPitches(
    scale,
    ownPitch(track.instrument),
    stage.octaves.value[track.id] ?? 0,
    session.jam.pitches(track.id).value,
    rows,
  );
  const shown = page(length, size, stage.pageOf(track, size));
  const cells = pitchRows(pitches, scale.root, shown);
  const empty = session.jam.pitches(track.id).value.length === 0;
  return (
    <div class={styles.pitches} style={{ "--rows": pitches.length }}>
      <div class={styles.keys} aria-hidden="true">
        {cells.map((row) => (
          <span key={row.label} class={row.root ? styles.rootKey : undefined}>
            {row.label}
          </span>
        ))}
      </div>
      <StepGrid
        track={track.id}
        name={track.name}
        shape={track.shape}
        rows={cells}
        columns={size}
        pitched
        class={styles.grid}
      />
      {empty && (
        <p class={styles.nobody}>
          <ShapeMark shape={track.shape} size={40} />
          <span>Nobody plays here yet.</span>
        </p>
      )}
    </div>
  );
}

function Leaf({ track, open, early }: { track: Track; open: boolean; early: boolean }) {
  const melodic = isMelodic(track.instrument) && (open || !early);
  return (
    <section
      class={styles.leaf}
      aria-label={melodic || open ? `Part ${track.name}` : undefined}
      data-track={track.id}
      data-leaf={track.id}
    >
      {(melodic || open) && <PartControls track={track} pageSize={SCORE.columns} />}
      {melodic ? <PitchGrid track={track} size={SCORE.columns} rows={12} /> : open && <Lane track={track} />}
    </section>
  );
}

/** How long the leaves out of sight wait, in ms: their grids are half of the page. */
const LATER_MS = 250;

export function OpenPart() {
  const stage = useStage();
  const early = useSignal(true);
  const stand = useRef<HTMLDivElement>(null);
  const open = stage.open.value;
  const tracks = stage.session.jam.tracks.value;
  useEffect(() => {
    const leaf = stand.current?.querySelector<HTMLElement>(`[data-leaf="${open}"]`);
    if (leaf && stand.current) stand.current.scrollTop = leaf.offsetTop;
  }, [open, tracks.length]);
  useEffect(() => {
    const timer = setTimeout(() => {
      early.value = false;
    }, LATER_MS);
    return () => clearTimeout(timer);
  }, [early]);
  /** Leafing by hand, or by keyboard focus, opens the part that is then on top. */
  const onFocusIn = (event: FocusEvent): void => {
    const leaf = (event.target as HTMLElement).closest<HTMLElement>("[data-leaf]");
    if (leaf !== null) stage.openPart(Number(leaf.dataset.leaf));
  };
  return (
    <div class={styles.stand} ref={stand} onFocusIn={onFocusIn}>
      {tracks.map((track) => (
        <Leaf key={track.id} track={track} open={track.id === open} early={early.value} />
      ))}
    </div>
  );
}
