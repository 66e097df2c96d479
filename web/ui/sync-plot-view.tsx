/**
 * The last five minutes of my clock: how far off the beat it stood, the bound it gave, and the others as
 * thin lines. Drawn anew once a second, with the log.
 */
import type { Person } from "../state/view.ts";
import { bandPath, isDrawn, linePath, PLOT, recent, scaleOf, stepTimes, xOf, yOf } from "./sync-plot.ts";
import { plotWords } from "./sync-words.ts";
import { useStage } from "./stage.ts";
import styles from "./sync.module.css";

const axisMs = (seconds: number): string => String(Math.round(seconds * 1_000));

function Others({ people, scale, now }: { people: readonly Person[]; scale: number; now: number }) {
  const entries = recent(useStage().session.sync.entries.value, now);
  return (
    <>
      {people.map(({ actor, color }) => {
        const points = entries.flatMap(({ time, others }) => {
          const other = others.find((each) => each.actor === actor);
          return other && isDrawn(other) ? [{ time, value: other.residual }] : [];
        });
        return <path key={actor} class={styles.other} data-c={color} d={linePath(points, now, scale)} />;
      })}
    </>
  );
}

export function SyncPlot() {
  const { session } = useStage();
  const all = session.sync.entries.value;
  // What stands at the right edge is the newest entry, so that the drawing moves once a second and not between.
  const now = all.at(-1)?.time ?? session.sync.now();
  const entries = recent(all, now);
  const scale = scaleOf(entries);
  const people = session.people.value;
  const me = people.find(({ self }) => self);
  const drawn = entries.filter(isDrawn);
  const line = (state: "locked" | "holdover"): string => {
    const points = drawn
      .filter((entry) => entry.state === state)
      .map(({ time, residual }) => ({ time, value: residual }));
    return linePath(points, now, scale);
  };
  const bounds = drawn.map(({ time, errorBound }) => ({ time, value: errorBound }));
  return (
    <figure class={styles.plot}>
      <div class={styles.frame} data-c={me?.color}>
        <svg
          viewBox={`0 0 ${PLOT.width} ${PLOT.height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={plotWords(entries)}
        >
          {[0.5, -0.5].map((part) => (
            <path key={part} class={styles.grid} d={`M0 ${yOf(part, 1)}H${PLOT.width}`} />
          ))}
          {[60, 120, 180, 240].map((ago) => (
            <path key={ago} class={styles.grid} d={`M${xOf(now - ago, now)} 0V${PLOT.height}`} />
          ))}
          <path class={styles.band} d={bandPath(bounds, now, scale)} />
          {stepTimes(drawn).map((time) => (
            <path key={time} class={styles.jump} d={`M${xOf(time, now)} 0V${PLOT.height}`} />
          ))}
          <path class={styles.beatLine} d={`M0 ${PLOT.height / 2}H${PLOT.width}`} />
          <Others people={people.filter(({ self }) => !self)} scale={scale} now={now} />
          <path class={styles.mine} d={line("locked")} />
          <path class={`${styles.mine} ${styles.dashed}`} d={line("holdover")} />
        </svg>
        {drawn.length === 0 && <p class={styles.nothing}>The line begins with the first ping.</p>}
        <span class={styles.top} aria-hidden="true">
          +{axisMs(scale)} ms <i>late</i>
        </span>
        <span class={styles.bottom} aria-hidden="true">
          {"\u2212"}
          {axisMs(scale)} ms <i>early</i>
        </span>
      </div>
      <figcaption aria-hidden="true">
        <span>5 min ago</span>
        <span class={styles.key} data-c={me?.color}>
          <i class={styles.keyLine} /> you <i class={styles.keyBand} /> bound <i class={styles.keyBeat} /> the
          beat
        </span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
