/**
 * The jam in one hand: one part at a time, one beat a line for drums, pages of eight steps for melodic
 * parts, and the transport under the thumb.
 */
import { useMemo, useRef } from "preact/hooks";
import type { Track } from "#shared/music/model.ts";
import { STEPS_PER_BEAT } from "#shared/music/model.ts";
import { Baton } from "./baton.tsx";
import { DRUM_STEPS, PITCH_STEPS, SCORE } from "./columns.ts";
import { LateOnRail, LateBars, LatePad } from "./late-over.tsx";
import { type BatonLine, page, pageCount } from "./geometry.ts";
import { Me, RoomName, ShareButton } from "./header.tsx";
import { Icon } from "./icons.tsx";
import { LiveButton } from "./live-button.tsx";
import { SoundBar } from "./sound-bar.tsx";
import { PitchGrid } from "./open-part.tsx";
import { Meter, MuteSolo } from "./part-head.tsx";
import { PatternTabs } from "./patterns.tsx";
import { ConductButton, ScenesButton } from "./scenes.tsx";
import { Ruler } from "./rail.tsx";
import { drumRows, isMelodic } from "./rows.ts";
import { ShapeMark } from "./shape-mark.tsx";
import { SheetButton } from "./sheet-button.tsx";
import { headKey, soundingPage, useStage } from "./stage.ts";
import { ChatButton, Connection, HistoryButton, MyVolume } from "./status-line.tsx";
import { StepGrid } from "./step-grid.tsx";
import { SyncBadge } from "./sync-badge.tsx";
import { PlayButton, Position, Tempo } from "./transport.tsx";
import controls from "./controls.module.css";
import styles from "./phone.module.css";

const DRUM_PAGE = DRUM_STEPS;
const PITCH_PAGE = PITCH_STEPS;
const PITCH_ROWS = 10;

function Strip() {
  const stage = useStage();
  const tracks = stage.session.jam.tracks.value;
  return (
    <nav class={styles.strip} aria-label="Parts">
      {tracks.map((track) => {
        const open = stage.open.value === track.id;
        return (
          <button
            key={track.id}
            type="button"
            class={styles.tab}
            aria-label={`Open ${track.name}`}
            aria-pressed={open}
            data-silent={track.muted}
            ref={(element) => {
              stage.place(headKey(track.id))(element);
              if (open) element?.scrollIntoView({ block: "nearest", inline: "nearest" });
            }}
            onClick={() => stage.openPart(track.id)}
          >
            <ShapeMark shape={track.shape} size={20} />
            <Meter track={track.id} />
          </button>
        );
      })}
      <SheetButton sheet="add" class={styles.tab} aria-label="Add a part" disabled={stage.readOnly.value}>
        <Icon name="plus" size={20} />
      </SheetButton>
    </nav>
  );
}

/** Dots for the pages of a pattern; pressing one keeps to it, "follow" lets go. */
function Pages({ track, size }: { track: Track; size: number }) {
  const stage = useStage();
  const { length } = track.pattern;
  const pages = pageCount(length, size);
  if (pages === 1) return null;
  const shown = stage.pageOf(track, size);
  return (
    <span class={styles.pages}>
      {Array.from({ length: pages }, (_, index) => (
        <button
          key={index}
          type="button"
          aria-label={`${index + 1}: steps ${index * size + 1} to ${Math.min(length, (index + 1) * size)} of ${track.name}`}
          aria-pressed={index === shown}
          onClick={() => stage.pin(track.id, index)}
        >
          {index + 1}
        </button>
      ))}
      {stage.isPinned(track.id) && (
        <button type="button" class={styles.follow} onClick={() => stage.pin(track.id, null)}>
          follow
        </button>
      )}
    </span>
  );
}

function PartTitle({ track, size }: { track: Track; size: number }) {
  return (
    <div class={styles.title} data-track={track.id}>
      <h2>{track.name}</h2>
      <Pages track={track} size={size} />
      <MuteSolo track={track} size={styles.toggle ?? ""} />
      <LatePad track={track} as="button" />
      <LiveButton />
      <SheetButton sheet="more" class={controls.icon} aria-label={`Knobs and settings of ${track.name}`}>
        <Icon name="sliders" />
      </SheetButton>
    </div>
  );
}

function Pads({ track }: { track: Track }) {
  const stage = useStage();
  const { length } = track.pattern;
  const shown = page(length, DRUM_PAGE, stage.pageOf(track, DRUM_PAGE));
  const lines = (frame: HTMLElement): BatonLine[] => {
    const count = Math.ceil(DRUM_PAGE / STEPS_PER_BEAT);
    const gap = 6;
    const height = (frame.clientHeight - (count - 1) * gap) / count;
    frame.style.setProperty("--stick", `${height}px`);
    return Array.from({ length: count }, (_, line) => ({
      x: 0,
      y: line * (height + gap),
      columns: { width: frame.clientWidth, count: STEPS_PER_BEAT, gap: SCORE.gap, gutter: 0 },
    }));
  };
  const empty = stage.session.jam.pitches(track.id).value.length === 0;
  return (
    <div class={styles.pads}>
      <StepGrid
        track={track.id}
        name={track.name}
        shape={track.shape}
        rows={drumRows(track, shown, STEPS_PER_BEAT)}
        columns={STEPS_PER_BEAT}
        pitched={false}
        class={styles.padGrid}
      />
      <Baton lines={lines} height="var(--stick)" />
      {empty && <p class={styles.nobody}>Nobody plays here yet.</p>}
    </div>
  );
}

function Pitches({ track }: { track: Track }) {
  const stage = useStage();
  const { length } = track.pattern;
  const lines = (frame: HTMLElement): BatonLine[] => [
    {
      x: 0,
      y: 0,
      columns: { width: frame.clientWidth, count: PITCH_PAGE, gap: SCORE.gap, gutter: SCORE.gutter },
    },
  ];
  return (
    <div
      class={styles.pitchBox}
      onPointerDown={() => {
        if (length > PITCH_PAGE) stage.pin(track.id, stage.pageOf(track, PITCH_PAGE));
      }}
    >
      <PitchGrid track={track} size={PITCH_PAGE} rows={PITCH_ROWS} />
      <div class={styles.pitchBaton}>
        <Baton
          lines={lines}
          visible={(step) => soundingPage(track, PITCH_PAGE, step) === stage.pageOf(track, PITCH_PAGE)}
        />
      </div>
    </div>
  );
}

/** A swipe across the part's name goes to the next part. */
function useSwipe(go: (by: 1 | -1) => void) {
  const from = useRef<number | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      from.current = event.clientX;
    },
    onPointerUp: (event: PointerEvent) => {
      const moved = event.clientX - (from.current ?? event.clientX);
      from.current = null;
      if (Math.abs(moved) > 48) go(moved < 0 ? 1 : -1);
    },
  };
}

export function PhoneJam() {
  const stage = useStage();
  const tracks = stage.session.jam.tracks.value;
  const track = tracks.find((each) => each.id === stage.open.value);
  const swipe = useSwipe((by) => {
    const index = tracks.findIndex((each) => each.id === stage.open.peek());
    const next = tracks[(index + by + tracks.length) % tracks.length];
    if (next !== undefined) stage.openPart(next.id);
  });
  const melodic = useMemo(() => track !== undefined && isMelodic(track.instrument), [track]);
  return (
    <div class={styles.phone}>
      <SoundBar />
      <LateBars />
      <header class={styles.header}>
        <RoomName />
        <Me />
        <ShareButton />
      </header>
      <section class={styles.rail} aria-label="Tuning rail">
        <Ruler compact />
        <LateOnRail />
      </section>
      <Strip />
      <main class={styles.main} aria-label="Score" data-past={stage.isPast.value}>
        {track === undefined ? (
          <p class={styles.nobody}>Nobody plays here yet.</p>
        ) : (
          <>
            <div {...swipe}>
              <PartTitle track={track} size={melodic ? PITCH_PAGE : DRUM_PAGE} />
            </div>
            <div class={styles.patterns}>
              <PatternTabs track={track} />
              <ScenesButton />
            </div>
            {stage.pad.value ? (
              <div class={styles.padBox} data-track={track.id}>
                <LatePad track={track} as="pad" />
              </div>
            ) : melodic ? (
              <Pitches key={track.id} track={track} />
            ) : (
              <Pads key={track.id} track={track} />
            )}
          </>
        )}
      </main>
      <div class={styles.status}>
        <Connection />
        <Position />
        <SyncBadge compact />
        <ChatButton />
        <HistoryButton />
        <ConductButton />
        <SheetButton sheet="help" class={controls.small} aria-label="Help and settings">
          <Icon name="help" size={18} />
        </SheetButton>
      </div>
      <footer class={styles.transport}>
        <button
          type="button"
          class={controls.icon}
          aria-label="Undo"
          disabled={stage.readOnly.value || !stage.session.canUndo.value}
          onClick={() => stage.session.undo()}
        >
          <Icon name="undo" />
        </button>
        <Tempo word={false} />
        <PlayButton class={styles.play} />
        <MyVolume />
      </footer>
    </div>
  );
}
