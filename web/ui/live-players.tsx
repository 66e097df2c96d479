/** Who plays live: a ring and a flag on the part they play, in their colour, for as long as they are heard. */
import { useEffect, useRef } from "preact/hooks";
import { LiveNotes } from "../state/live-notes.ts";
import type { LiveKey } from "../state/hands-view.ts";
import { isSeen } from "./sounding.ts";
import { headKey, LIVE_BUTTON, type Stage, useStage } from "./stage.ts";
import touch from "./touch.module.css";

/** After the last key a flag stands for so long. ms */
const LINGERS_MS = 1_200;

interface Flag {
  readonly element: HTMLElement;
  readonly key: LiveKey;
  /** When its player let go; null while they are heard. */
  leftAt: number | null;
}

const nameOf = ({ track, by }: LiveKey): string => `${track}:${by}`;

function makeFlag(key: LiveKey): HTMLElement {
  const ring = document.createElement("div");
  ring.className = touch.ring ?? "";
  ring.dataset.live = "";
  if (key.color !== null) ring.dataset.c = String(key.color);
  const flag = document.createElement("span");
  flag.textContent = `${key.by} plays`;
  ring.append(flag);
  return ring;
}

/** On the part's head, or while that is out of sight on the button of the keys. */
function placeFlag(stage: Stage, { element, key }: Flag): void {
  const places = [stage.at(headKey(key.track)), stage.at(LIVE_BUTTON)];
  const box = places.find((each) => each !== undefined && isSeen(each))?.getBoundingClientRect();
  element.hidden = box === undefined;
  if (!box) return;
  element.style.cssText = `left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px`;
  const below = box.top < 28 ? (touch.below ?? "") : "";
  const flag = element.firstElementChild;
  if (!(flag instanceof HTMLElement) || !box) return;
  flag.className = below;
  flag.style.cssText = box.left + flag.offsetWidth > innerWidth - 8 ? "left:auto;right:-2px" : "";
}

function signPlayers(stage: Stage, layer: HTMLElement): () => void {
  const flags = new Map<string, Flag>();
  const look = (keys: readonly LiveKey[]): void => {
    const others = new Map(keys.filter(({ by }) => by !== null).map((key) => [nameOf(key), key]));
    const now = performance.now();
    for (const [name, key] of others) {
      const flag = flags.get(name) ?? { element: makeFlag(key), key, leftAt: null };
      if (!flags.has(name)) layer.append(flag.element);
      flag.leftAt = null;
      flags.set(name, flag);
      placeFlag(stage, flag);
    }
    for (const [name, flag] of flags) if (!others.has(name)) flag.leftAt ??= now;
    if (flags.size > 0) setTimeout(sweep, LINGERS_MS + 10);
  };
  const sweep = (): void => {
    for (const [name, { element, leftAt }] of flags) {
      if (leftAt === null || performance.now() - leftAt < LINGERS_MS) continue;
      element.remove();
      flags.delete(name);
    }
  };
  const end = stage.session.hands.notes.peek()?.sounding.subscribe(look);
  return () => {
    end?.();
    for (const { element } of flags.values()) element.remove();
  };
}

export function LivePlayers() {
  const stage = useStage();
  const layer = useRef<HTMLDivElement>(null);
  const { hands } = stage.session;
  useEffect(() => {
    hands.fit(LiveNotes);
    return layer.current === null ? undefined : signPlayers(stage, layer.current);
  }, [stage, hands]);
  return <div ref={layer} class={touch.layer} aria-hidden="true" />;
}
