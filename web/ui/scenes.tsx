/** The row of scenes: a press calls one; and the switch of the chain that lets them follow one another. */
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type Scene, STEPS_PER_BAR, type Track } from "#shared/music/model.ts";
import { sectionAt } from "#shared/music/turns.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { SessionView } from "../state/view.ts";
import { Icon } from "./icons.tsx";
import { SheetButton } from "./sheet-button.tsx";
import { CHAIN_BUTTON, sceneKey, useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./scenes.module.css";

/** "1" to "16", with the name it has: "1 Verse". */
export const sceneName = (index: number, name: string): string =>
  `${index + 1}${name === "" ? "" : ` ${name}`}`;

/** The first place without a scene; null when there is none. */
export function freeScene(scenes: readonly Scene[]): number | null {
  const free = Array.from({ length: LIMITS.scenes }, (_, index) => index).find(
    (index) => !scenes.some((scene) => scene.index === index),
  );
  return free ?? null;
}

/** Whether every part that the scene knows has selected what it remembers. */
export const isSelected = (scene: Scene, tracks: readonly Track[]): boolean => {
  const patterns = new Map(scene.patterns);
  return tracks.every(({ id, patternIndex }) => (patterns.get(id) ?? patternIndex) === patternIndex);
};

/** Opens the sheet where scenes are named, stored and chained. */
export function ScenesButton() {
  const stage = useStage();
  return (
    <SheetButton
      sheet="scenes"
      class={stage.layout.value === "phone" ? controls.icon : controls.small}
      aria-label="Scenes and chain"
      title="Scenes and chain"
      ref={stage.place("scenes")}
    >
      <Icon name="scenes" size={18} />
    </SheetButton>
  );
}

/** Opens the sheet from which a leader conducts; nobody else has it. */
export function ConductButton() {
  const stage = useStage();
  if (stage.session.role.value !== "leader") return null;
  return (
    <SheetButton sheet="conduct" class={controls.small} aria-label="Conduct" title="Conduct">
      <Icon name="baton" size={18} />
    </SheetButton>
  );
}

/** A leader calls a scene for the next bar line, or takes the call back; without music, and for others, it is selected. */
function callScene(session: SessionView, scene: number): void {
  const { launch } = session.conducting.state.peek();
  if (session.role.peek() !== "leader" || !session.jam.playing.peek())
    session.dispatch({ type: "SCENE_RECALL", scene });
  else
    session.conducting.conduct({
      type: "SCENE_LAUNCH",
      scene: launch.next?.value === scene + 1 ? null : scene,
    });
}

/** The place of the scene that the chain lets sound now; null while it does not. */
export function useChainedScene(): number | null {
  const stage = useStage();
  return useMemo(
    () =>
      computed(() => {
        const { on, entries } = stage.session.jam.chain.value;
        const step = stage.step.value;
        const section = on && step >= 0 ? sectionAt(entries, Math.floor(step / STEPS_PER_BAR)) : null;
        return section ? (entries[section.index]?.scene ?? null) : null;
      }),
    [stage],
  ).value;
}

export function SceneRow() {
  const stage = useStage();
  const { session } = stage;
  const scenes = session.jam.scenes.value;
  const tracks = session.jam.tracks.value;
  const chain = session.jam.chain.value;
  const chained = useChainedScene();
  const called = (session.conducting.state.value.launch.next?.value ?? 0) - 1;
  const readOnly = stage.readOnly.value;
  const free = freeScene(scenes);
  return (
    <div role="group" class={styles.scenes} aria-label="Scenes">
      <div class={styles.row}>
        {scenes.map((scene) => (
          <button
            key={scene.index}
            type="button"
            class={styles.scene}
            aria-pressed={!chain.on && isSelected(scene, tracks)}
            aria-current={scene.index === chained ? "true" : undefined}
            disabled={readOnly}
            ref={stage.place(sceneKey(scene.index))}
            data-called={called === scene.index}
            onClick={() => callScene(session, scene.index)}
          >
            <span class={controls.hidden}>Scene </span>
            <b>{scene.index + 1}</b> <span>{scene.name}</span>
          </button>
        ))}
      </div>
      {free !== null && (
        <button
          type="button"
          class={styles.store}
          aria-label={`Store as scene ${free + 1}`}
          title="Store which pattern each part has selected"
          disabled={readOnly}
          onClick={() => session.dispatch({ type: "SCENE_STORE", scene: free })}
        >
          <Icon name="plus" size={16} />
          <span>Scene</span>
        </button>
      )}
      <button
        type="button"
        class={styles.chain}
        aria-pressed={chain.on}
        disabled={readOnly || chain.entries.length === 0}
        title="Let the scenes follow one another"
        ref={stage.place(CHAIN_BUTTON)}
        onClick={() => session.dispatch({ type: "CHAIN_SET", on: !chain.on })}
      >
        Chain
      </button>
      <ScenesButton />
      <ConductButton />
    </div>
  );
}
