/**
 * Four lamps, one a beat: each lights at the instant its beat is *heard*, to compare by eye with what the
 * speakers do. The lighting is scheduled ahead, so a late frame does not make it late.
 */
import { useEffect, useRef } from "preact/hooks";
import { onFrame } from "./frames.ts";
import { isStill } from "./settings.ts";
import { useStage } from "./stage.ts";
import styles from "./sync.module.css";

const LAMPS = 4;
/** Milliseconds ahead that a beat is scheduled: more than a slow frame takes. */
const AHEAD = 80;
const GLOW = 320;

/** `delay` in ms from now, `beat` the length of one. */
function light(lamp: HTMLElement, delay: number, beat: number): Animation {
  const frames = isStill()
    ? [{ opacity: 1 }, { opacity: 1 }]
    : [
        { opacity: 1, transform: "scale(1)" },
        { opacity: 0, transform: "scale(0.7)" },
      ];
  const duration = isStill() ? beat : Math.min(GLOW, beat * 0.9);
  return lamp.animate(frames, { delay: Math.max(0, delay), duration, easing: "ease-in" });
}

export function BeatLight() {
  const { session } = useStage();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    /** The last beat that is scheduled. */
    let armed: number | null = null;
    let latest: Animation | null = null;
    const end = onFrame((now) => {
      if (!session.jam.playing.peek()) {
        armed = null;
        latest?.cancel();
        return;
      }
      const { beat, tempo } = session.player.heard(now);
      const length = 60_000 / tempo;
      const next = Math.ceil(beat);
      const delay = (next - beat) * length;
      if (delay > AHEAD || next === armed) return;
      armed = next;
      const lamp = box.current?.children[((next % LAMPS) + LAMPS) % LAMPS]?.firstElementChild;
      if (lamp instanceof HTMLElement) latest = light(lamp, delay, length);
    });
    return () => {
      end();
      latest?.cancel();
    };
  }, [session]);
  return (
    <div ref={box} class={styles.lamps} aria-hidden="true">
      {Array.from({ length: LAMPS }, (_, index) => (
        <span key={index}>
          <i />
        </span>
      ))}
    </div>
  );
}
