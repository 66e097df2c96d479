/** The jam itself: picks the screen for the size of the window, and keeps baton, pulses and flags going. */
import { useEffect, useRef } from "preact/hooks";
import { STEPS_PER_BEAT } from "#shared/music/model.ts";
import { Baton, useHeardStep } from "./baton.tsx";
import { columnTemplate, gridColumn, SCORE } from "./columns.ts";
import type { BatonLine } from "./geometry.ts";
import { Header } from "./header.tsx";
import { Icon } from "./icons.tsx";
import { LateBars } from "./late-over.tsx";
import { LiveButton } from "./live-button.tsx";
import { OpenPart } from "./open-part.tsx";
import { PartRow } from "./part-row.tsx";
import { PatternTabs } from "./patterns.tsx";
import { LatePhone } from "./late-phone.tsx";
import { Rail } from "./rail.tsx";
import { SceneRow } from "./scenes.tsx";
import { Side } from "./side.tsx";
import { pulseNotes, signTouches } from "./sounding.ts";
import { SoundBar } from "./sound-bar.tsx";
import { SheetButton } from "./sheet-button.tsx";
import { DRAWER_BUTTON, useStage } from "./stage.ts";
import { StatusLine } from "./status-line.tsx";
import controls from "./controls.module.css";
import styles from "./jam.module.css";
import touch from "./touch.module.css";

const scoreLine = (frame: HTMLElement): BatonLine[] => [
  {
    x: 0,
    y: 0,
    columns: { width: frame.clientWidth, count: SCORE.columns, gap: SCORE.gap, gutter: SCORE.gutter },
  },
];

export function AddPart({ class: className }: { class?: string | undefined }) {
  const stage = useStage();
  return (
    <SheetButton sheet="add" class={className ?? styles.add} disabled={stage.readOnly.value}>
      <Icon name="plus" size={18} />
      <span>Add a part</span>
    </SheetButton>
  );
}

/** Right behind its button for the keyboard; Escape closes it and goes back there. */
function Drawer() {
  const stage = useStage();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- reason: Escape is a way out beside the button
    <aside
      id="side"
      class={styles.drawer}
      hidden={!stage.drawer.value}
      aria-label="People and knobs"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        stage.drawer.value = false;
        stage.at(DRAWER_BUTTON)?.focus();
      }}
    >
      <Side />
    </aside>
  );
}

/** Between the parts and the open one: the patterns of the open part, and the scenes of all. */
function PatternBar() {
  const stage = useStage();
  const track = stage.session.jam.tracks.value.find((each) => each.id === stage.open.value);
  return (
    <div class={styles.patternBar}>
      {track !== undefined && <PatternTabs track={track} />}
      <SceneRow />
      <LiveButton />
    </div>
  );
}

function WideJam() {
  const stage = useStage();
  const tracks = stage.session.jam.tracks.value;
  const medium = stage.layout.value === "medium";
  return (
    <div class={styles.jam}>
      <div class={styles.bars}>
        <SoundBar />
        <LateBars />
      </div>
      <Header />
      {medium && <Drawer />}
      <main class={styles.score} aria-label="Score" data-past={stage.isPast.value}>
        <div class={styles.corner}>
          <AddPart />
        </div>
        <div class={styles.railBox}>
          <Rail />
        </div>
        {tracks.length === 0 ? (
          <p class={styles.none}>
            <span>Nobody plays here yet.</span>
            <AddPart class={controls.main} />
          </p>
        ) : (
          <ul class={styles.parts} aria-label="Parts">
            {tracks.map((track) => (
              <PartRow key={track.id} track={track} />
            ))}
          </ul>
        )}
        {tracks.length > 0 && <PatternBar />}
        {tracks.length > 0 && <OpenPart />}
        <div
          class={styles.beats}
          style={{ gridTemplateColumns: columnTemplate(SCORE.columns) }}
          aria-hidden="true"
        >
          {[1, 2, 3].map((beat) => (
            <i key={beat} style={{ gridColumn: gridColumn(beat * STEPS_PER_BEAT) - 1 }} />
          ))}
        </div>
        <div class={styles.batonBox}>
          <Baton lines={scoreLine} />
        </div>
      </main>
      {!medium && (
        <aside class={styles.side} aria-label="People and knobs">
          <Side />
        </aside>
      )}
      <StatusLine />
    </div>
  );
}

export function Jam() {
  const stage = useStage();
  const layer = useRef<HTMLDivElement>(null);
  useHeardStep();
  useEffect(() => {
    const endPulses = pulseNotes(stage);
    const endTouches = layer.current === null ? null : signTouches(stage, layer.current);
    return () => {
      endPulses();
      endTouches?.();
    };
  }, [stage]);
  return (
    <>
      {stage.layout.value === "phone" ? (
        <LatePhone>
          <WideJam />
        </LatePhone>
      ) : (
        <WideJam />
      )}
      <div ref={layer} class={touch.layer} aria-hidden="true" />
    </>
  );
}
