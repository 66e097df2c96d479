/**
 * The baton: one brass line with a fading trail over all parts, one animation on one transform. It
 * runs by itself and is corrected against what is heard; see `baton-motion.ts`.
 */
import { useEffect, useRef } from "preact/hooks";
import { STEPS_PER_BEAT } from "#shared/music/model.ts";
import { correction, LIFT, MS_PER_BEAT } from "./baton-motion.ts";
import { onFrame } from "./frames.ts";
import { type BatonLine, batonPath } from "./geometry.ts";
import { isStill } from "./settings.ts";
import { useStage } from "./stage.ts";
import styles from "./baton.module.css";

/** Milliseconds between corrections. */
const CORRECT_EVERY = 200;

interface BatonProps {
  /** The lines it runs along in turn, in the frame's pixels; asked again when the frame's size changes. */
  readonly lines: (frame: HTMLElement) => readonly BatonLine[];
  /** Whether the baton stands on what is drawn, at this heard step. */
  readonly visible?: ((step: number) => boolean) | undefined;
  readonly height?: string;
}

function animate(element: HTMLElement, lines: readonly BatonLine[]): Animation | null {
  const points = batonPath(lines);
  if (points.length === 0) return null;
  const steps = lines.reduce((sum, line) => sum + line.columns.count, 0);
  const easing = isStill() ? "steps(1, end)" : "linear";
  const animation = element.animate(
    points.map(({ offset, x, y }) => ({ offset, transform: `translate(${x}px, ${y}px)`, easing })),
    { duration: (steps / STEPS_PER_BEAT) * MS_PER_BEAT, iterations: Number.POSITIVE_INFINITY },
  );
  animation.pause();
  return animation;
}

export function Baton({ lines, visible, height }: BatonProps) {
  const stage = useStage();
  const { session } = stage;
  const frame = useRef<HTMLDivElement>(null);
  const stick = useRef<HTMLDivElement>(null);
  const drawn = useRef({ lines, visible });
  drawn.current = { lines, visible };
  useEffect(() => {
    const box = frame.current;
    const element = stick.current;
    if (box === null || element === null) return;
    let animation: Animation | null = null;
    let corrected = 0;
    let state = "";
    const lay = (): void => {
      const time = animation?.currentTime ?? 0;
      animation?.cancel();
      animation = animate(element, drawn.current.lines(box));
      if (animation !== null) animation.currentTime = time;
      corrected = 0;
      state = "";
    };
    const size = new ResizeObserver(lay);
    size.observe(box);
    const end = onFrame((now) => {
      if (animation === null) return;
      const heard = session.player.heard(now);
      const runs = session.jam.playing.peek() && heard.running && heard.beat >= 0;
      const next = runs
        ? "run"
        : session.jam.playing.peek() && heard.beat > -LIFT * (heard.tempo / 60) && heard.beat < 0
          ? "fall"
          : session.jam.playing.peek()
            ? "lift"
            : "rest";
      if (next !== state) {
        state = next;
        element.dataset.state = next;
        corrected = 0;
        if (!runs) {
          animation.pause();
          animation.currentTime = 0;
        }
      }
      if (runs && now - corrected >= CORRECT_EVERY) {
        corrected = now;
        const to = correction(heard, Number(animation.currentTime ?? 0));
        if (to.kind === "jump") animation.currentTime = to.time;
        if (animation.playState !== "running") animation.play();
        if (animation.playbackRate !== to.rate) animation.playbackRate = to.rate;
      }
      const shown = drawn.current.visible?.(runs ? Math.floor(heard.beat * STEPS_PER_BEAT + 0.5) : 0) ?? true;
      element.style.visibility = shown ? "visible" : "hidden";
    });
    return () => {
      end();
      size.disconnect();
      animation?.cancel();
    };
  }, [session]);
  return (
    <div ref={frame} class={styles.frame} aria-hidden="true">
      <div ref={stick} class={styles.stick} data-state="rest" style={{ height }}>
        <i />
      </div>
    </div>
  );
}

/** Tells the stage which step is heard, once a step. */
export function useHeardStep(): void {
  const stage = useStage();
  useEffect(
    () =>
      onFrame((now) => {
        const heard = stage.session.player.heard(now);
        const playing = stage.session.jam.playing.peek() && heard.running && heard.beat >= 0;
        const step = playing ? Math.floor(heard.beat * STEPS_PER_BEAT) : -1;
        if (step !== stage.step.peek()) stage.step.value = step;
      }),
    [stage],
  );
}
