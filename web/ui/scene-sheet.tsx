/** The sheet where scenes are named, stored and cleared, and put one after another. */
import type { Chain, ChainEntry, Scene } from "#shared/music/model.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { Icon } from "./icons.tsx";
import { freeScene, isSelected, sceneName, useChainedScene } from "./scenes.tsx";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./scenes.module.css";

const BARS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64];
const FIRST_BARS = 4;

function SceneLine({ scene, sounding }: { scene: Scene; sounding: boolean }) {
  const stage = useStage();
  const { session } = stage;
  const readOnly = stage.readOnly.value;
  const number = scene.index + 1;
  const selected = isSelected(scene, session.jam.tracks.value);
  return (
    <li class={styles.line}>
      <button
        type="button"
        class={styles.call}
        aria-label={`Call scene ${sceneName(scene.index, scene.name)}`}
        aria-pressed={selected && !session.jam.chain.value.on}
        aria-current={sounding ? "true" : undefined}
        disabled={readOnly}
        onClick={() => session.dispatch({ type: "SCENE_RECALL", scene: scene.index })}
      >
        {number}
      </button>
      <input
        class={controls.field}
        aria-label={`Name of scene ${number}`}
        placeholder="no name"
        value={scene.name}
        maxLength={LIMITS.nameLength}
        disabled={readOnly}
        onChange={(event) => {
          const name = event.currentTarget.value.trim();
          if (name === "") event.currentTarget.value = scene.name;
          else session.dispatch({ type: "SCENE_NAME", scene: scene.index, name });
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      <button
        type="button"
        class={controls.icon}
        aria-label={`Store what is selected now as scene ${number}`}
        title="Store what is selected now"
        disabled={readOnly || selected}
        onClick={() => session.dispatch({ type: "SCENE_STORE", scene: scene.index })}
      >
        <Icon name="store" />
      </button>
      <button
        type="button"
        class={controls.icon}
        aria-label={`Clear scene ${number}`}
        disabled={readOnly}
        onClick={() => session.dispatch({ type: "SCENE_CLEAR", scene: scene.index })}
      >
        <Icon name="trash" />
      </button>
    </li>
  );
}

function EntryLine({ chain, at, scenes }: { chain: Chain; at: number; scenes: readonly Scene[] }) {
  const stage = useStage();
  const readOnly = stage.readOnly.value;
  const entry = chain.entries[at] as ChainEntry;
  const set = (entries: readonly ChainEntry[]): void => {
    stage.session.dispatch({ type: "CHAIN_SET", entries: [...entries] });
  };
  const change = (fields: Partial<ChainEntry>): void => set(chain.entries.with(at, { ...entry, ...fields }));
  const swap = (to: number): void => {
    const other = chain.entries[to];
    if (other) set(chain.entries.with(at, other).with(to, entry));
  };
  const places = [...new Set([...scenes.map(({ index }) => index), entry.scene])].toSorted((a, b) => a - b);
  const nameOf = (index: number): string => {
    const scene = scenes.find((each) => each.index === index);
    return scene ? sceneName(index, scene.name) : `${index + 1} (not stored)`;
  };
  const nth = `section ${at + 1}`;
  return (
    <li class={styles.entry}>
      <select
        class={controls.select}
        aria-label={`Scene of ${nth}`}
        value={entry.scene}
        disabled={readOnly}
        onChange={(event) => change({ scene: Number(event.currentTarget.value) })}
      >
        {places.map((index) => (
          <option key={index} value={index}>
            {nameOf(index)}
          </option>
        ))}
      </select>
      <select
        class={controls.select}
        aria-label={`Length of ${nth}`}
        value={entry.bars}
        disabled={readOnly}
        onChange={(event) => change({ bars: Number(event.currentTarget.value) })}
      >
        {[...new Set([...BARS, entry.bars])]
          .toSorted((a, b) => a - b)
          .map((bars) => (
            <option key={bars} value={bars}>
              {bars} {bars === 1 ? "bar" : "bars"}
            </option>
          ))}
      </select>
      <button
        type="button"
        class={controls.small}
        aria-label={`Move ${nth} up`}
        disabled={readOnly || at === 0}
        onClick={() => swap(at - 1)}
      >
        <Icon name="up" size={16} />
      </button>
      <button
        type="button"
        class={controls.small}
        aria-label={`Move ${nth} down`}
        disabled={readOnly || at === chain.entries.length - 1}
        onClick={() => swap(at + 1)}
      >
        <Icon name="down" size={16} />
      </button>
      <button
        type="button"
        class={controls.small}
        aria-label={`Remove ${nth}`}
        disabled={readOnly}
        onClick={() => set(chain.entries.toSpliced(at, 1))}
      >
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}

function ChainEditor({ scenes }: { scenes: readonly Scene[] }) {
  const stage = useStage();
  const { session } = stage;
  const chain = session.jam.chain.value;
  const readOnly = stage.readOnly.value;
  const bars = chain.entries.reduce((sum, entry) => sum + entry.bars, 0);
  const last = chain.entries.at(-1);
  const next = scenes.find(({ index }) => index > (last?.scene ?? -1)) ?? scenes[0];
  return (
    <section class={styles.chainEditor} aria-label="Chain">
      <h3>Chain</h3>
      {chain.entries.length === 0 ? (
        <p class={styles.hint}>Sections put here play one after another, and then from the beginning.</p>
      ) : (
        <>
          <button
            type="button"
            class={styles.switch}
            role="switch"
            aria-checked={chain.on}
            disabled={readOnly}
            onClick={() => session.dispatch({ type: "CHAIN_SET", on: !chain.on })}
          >
            <span>
              Play the chain <small>{bars === 1 ? "1 bar" : `${bars} bars`}, round and round</small>
            </span>
            <i aria-hidden="true" />
          </button>
          <ol class={styles.list}>
            {chain.entries.map((entry, at) => (
              // oxlint-disable-next-line react/no-array-index-key -- reason: an entry is nothing but its place
              <EntryLine key={at} chain={chain} at={at} scenes={scenes} />
            ))}
          </ol>
        </>
      )}
      <button
        type="button"
        class={controls.button}
        disabled={readOnly || next === undefined || chain.entries.length >= LIMITS.chain}
        onClick={() =>
          session.dispatch({
            type: "CHAIN_SET",
            entries: [...chain.entries, { scene: next?.index ?? 0, bars: last?.bars ?? FIRST_BARS }],
          })
        }
      >
        <Icon name="plus" size={18} />
        <span>Add a section</span>
      </button>
    </section>
  );
}

export function SceneSheet() {
  const stage = useStage();
  const { session } = stage;
  const scenes = session.jam.scenes.value;
  const free = freeScene(scenes);
  const chained = useChainedScene();
  return (
    <SheetBox title="Scenes and chain">
      <p class={styles.hint}>
        {scenes.length === 0
          ? "No scene is stored yet. A scene remembers which pattern each part has selected."
          : free === null
            ? "All sixteen scenes are stored: clear one to make room."
            : "A scene remembers which pattern each part has selected. Calling it selects them again."}
      </p>
      {scenes.length > 0 && (
        <ol class={styles.list} aria-label="Scenes">
          {scenes.map((scene) => (
            <SceneLine key={scene.index} scene={scene} sounding={scene.index === chained} />
          ))}
        </ol>
      )}
      {free !== null && (
        <button
          type="button"
          class={controls.button}
          disabled={stage.readOnly.value}
          onClick={() => session.dispatch({ type: "SCENE_STORE", scene: free })}
        >
          <Icon name="plus" size={18} />
          <span>Store as scene {free + 1}</span>
        </button>
      )}
      <ChainEditor scenes={scenes} />
    </SheetBox>
  );
}
