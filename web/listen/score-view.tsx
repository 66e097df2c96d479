/** The score, small: a line a part, one bar wide, and the baton over all of them at the beat that is heard. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { BEATS_PER_BAR, STEPS_PER_BAR } from "#shared/music/model.ts";
import { isStill } from "../ui/settings.ts";
import { BAR, shapeMask } from "../ui/shapes.ts";
import type { Listening } from "./listening.ts";
import { barOf, type Line, linesOf, type Mark } from "./score.ts";
import styles from "./listen.module.css";

const STEPS = Array.from({ length: STEPS_PER_BAR }, (_, step) => step);
/** Sizes by velocity, as on the stands of those who play. */
const SIZES = [0.45, 0.6, 0.75, 0.9, 1] as const;

const sizeOf = (velocity: number): number =>
  SIZES[Math.min(SIZES.length - 1, Math.floor((velocity / 128) * SIZES.length))] ?? 1;

function Head({ mark, isBar, isMelodic }: { mark: Mark; isBar: boolean; isMelodic: boolean }) {
  return (
    <i
      data-s={mark.step}
      data-c={mark.color ?? undefined}
      style={{
        "--x": mark.step,
        "--y": mark.height,
        "--size": isMelodic ? 0.75 : sizeOf(mark.velocity),
        "--long": isBar ? Math.max(1, mark.length) : 1,
      }}
    />
  );
}

function Row({ line }: { line: Line }) {
  const notes = new Set(line.marks.map(({ step }) => step));
  return (
    <li class={styles.line} data-muted={line.isMuted} data-melodic={line.isMelodic}>
      <span class={styles.part} style={{ "--shape": shapeMask(line.shape) }}>
        <b aria-hidden="true" />
        <span>{line.name}</span>
      </span>
      <span class={styles.notes} style={{ "--shape": shapeMask(line.shape) }} aria-hidden="true">
        {STEPS.filter((step) => !notes.has(step)).map((step) => (
          <em key={step} style={{ "--x": step }} />
        ))}
        {line.marks.map((mark) => (
          <Head
            key={`${mark.step}.${mark.pitch}`}
            mark={mark}
            isBar={line.shape === BAR}
            isMelodic={line.isMelodic}
          />
        ))}
      </span>
    </li>
  );
}

export function ScoreView({ listening }: { listening: Listening }) {
  const bar = useSignal(0);
  const score = useRef<HTMLDivElement>(null);
  const baton = useRef<HTMLSpanElement>(null);
  // Drawn anew with every change of the document.
  const edition = listening.edition.value;
  useEffect(() => {
    let frame = 0;
    let lit = -1;
    const draw = (): void => {
      frame = requestAnimationFrame(draw);
      const { beat, running } = listening.heard();
      bar.value = barOf(beat);
      const line = baton.current;
      if (!line) return;
      line.hidden = !running || beat < 0;
      const steps =
        (((beat % BEATS_PER_BAR) + BEATS_PER_BAR) % BEATS_PER_BAR) * (STEPS_PER_BAR / BEATS_PER_BAR);
      const step = Math.floor(steps);
      line.style.transform = `translateX(${((isStill() ? step : steps) / STEPS_PER_BAR) * 100}%)`;
      if (step === lit) return;
      lit = step;
      for (const note of score.current?.querySelectorAll<HTMLElement>("i[data-s]") ?? [])
        note.toggleAttribute("data-now", running && Number(note.dataset["s"]) === step);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [listening]);
  const lines = linesOf(listening.jam, listening.document, bar.value, (actor) => listening.colorOf(actor));
  return (
    <div ref={score} class={styles.score} data-edition={edition}>
      <div class={styles.sheet} style={{ "--rows": lines.length }}>
        <ol aria-label="Parts">
          {lines.map((line) => (
            <Row key={line.track} line={line} />
          ))}
        </ol>
        <div class={styles.batonPath} aria-hidden="true">
          <span ref={baton} class={styles.baton} hidden />
        </div>
      </div>
    </div>
  );
}
