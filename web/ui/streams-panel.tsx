/** Under the people: what I send, and what each of the others does, with its volume and how it arrives. */
import type { MyStreamsView, OthersStreamsView, OtherStream, StreamsView } from "../state/streams-view.ts";
import { Icon } from "./icons.tsx";
import { SheetButton } from "./sheet-button.tsx";
import { arrivalWords, behindWords, programmeWords, QUALITIES } from "./stream-words.ts";
import { StreamMeter } from "./stream-meter.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./streams.module.css";

function Quality({ mine }: { mine: MyStreamsView }) {
  const { quality } = mine.air.value;
  return (
    <div class={styles.quality}>
      <select
        class={controls.select}
        aria-label="Quality of what you send"
        value={quality.bitrate}
        onChange={(event) => {
          const chosen = QUALITIES.find(({ bitrate }) => bitrate === Number(event.currentTarget.value));
          if (chosen) mine.setQuality({ ...quality, bitrate: chosen.bitrate });
        }}
      >
        {QUALITIES.map(({ bitrate, words }) => (
          <option key={bitrate} value={bitrate}>
            {words}
          </option>
        ))}
      </select>
      <select
        class={controls.select}
        aria-label="Length of its packets"
        value={quality.ptime}
        onChange={(event) =>
          mine.setQuality({ ...quality, ptime: event.currentTarget.value === "10" ? 10 : 20 })
        }
      >
        <option value={10}>quick, 10 ms</option>
        <option value={20}>thrifty, 20 ms</option>
      </select>
    </div>
  );
}

/** All parts, or those that I tick. */
function Carries({ mine }: { mine: MyStreamsView }) {
  const { tracks } = useStage().session.jam;
  const { parts } = mine.air.value;
  const tick = (track: number, isOn: boolean): void => {
    const others = (parts ?? []).filter((each) => each !== track);
    mine.setParts(isOn ? [...others, track] : others);
  };
  return (
    <>
      <select
        class={controls.select}
        aria-label="What your mix carries"
        value={parts ? "mine" : "all"}
        onChange={(event) => mine.setParts(event.currentTarget.value === "all" ? null : mine.myParts())}
      >
        <option value="all">All parts</option>
        <option value="mine">My parts</option>
      </select>
      {parts && (
        <fieldset class={styles.parts} aria-label="My parts">
          {tracks.value.map(({ id, name }) => (
            <label key={id} class={styles.check}>
              <input
                type="checkbox"
                checked={parts.includes(id)}
                onChange={(event) => tick(id, event.currentTarget.checked)}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

function Mine({ mine }: { mine: MyStreamsView }) {
  const { mix, input, mixHasInput } = mine.air.value;
  return (
    <div class={styles.mine}>
      <button type="button" class={styles.send} aria-pressed={mix} onClick={() => mine.sendMix(!mix)}>
        {mix ? "Stop your mix" : "Send my mix"}
      </button>
      {input === null ? (
        <SheetButton sheet="input" class={styles.send}>
          Go live with an input
        </SheetButton>
      ) : (
        <button type="button" class={styles.send} aria-pressed onClick={() => mine.stopInput()}>
          Stop your input
        </button>
      )}
      {(mix || input !== null) && <Quality mine={mine} />}
      {mix && <Carries mine={mine} />}
      {mix && input !== null && (
        <label class={styles.check}>
          <input
            type="checkbox"
            checked={mixHasInput}
            onChange={(event) => mine.setMixHasInput(event.currentTarget.checked)}
          />
          <span>My input in my mix too</span>
        </label>
      )}
      {input?.headphones && (
        <label class={styles.check}>
          <input
            type="checkbox"
            checked={input.monitor}
            onChange={(event) => mine.setMonitor(event.currentTarget.checked)}
          />
          <span>Hear my own input</span>
        </label>
      )}
    </div>
  );
}

function Input({ stream, others }: { stream: OtherStream; others: OthersStreamsView }) {
  const { actor, name, volume, muted } = stream;
  const { session } = useStage();
  return (
    <div class={styles.row}>
      <button
        type="button"
        class={controls.small}
        aria-label={`Mute ${name}'s input for me`}
        aria-pressed={muted}
        title="Mute it for me"
        onClick={() => others.setHeard(actor, { muted: !muted })}
      >
        <Icon name="volume" size={18} />
      </button>
      <input
        type="range"
        class={controls.range}
        aria-label={`Volume of ${name}'s input`}
        min={0}
        max={1}
        step={0.01}
        value={volume}
        disabled={muted}
        style={{ "--at": `${volume * 100}%` }}
        aria-valuetext={`${Math.round(volume * 100)} %`}
        onInput={(event) => others.setHeard(actor, { volume: Number(event.currentTarget.value) })}
      />
      {session.role.value === "leader" && (
        <button
          type="button"
          class={styles.lead}
          aria-label={`Mute for all: ${name}'s input`}
          onClick={() => session.conducting.conduct({ type: "INPUT_MUTE", actor })}
        >
          Mute for all
        </button>
      )}
    </div>
  );
}

function Mix({ stream, others }: { stream: OtherStream; others: OthersStreamsView }) {
  const { actor, name, isParts } = stream;
  const isHeard = others.ears.value?.actor === actor;
  return (
    <button
      type="button"
      class={styles.send}
      aria-pressed={isHeard}
      onClick={() => others.hear(isHeard ? null : actor)}
    >
      {isHeard ? "Hear your own" : isParts ? `Hear only ${name}'s parts` : `Hear what ${name} hears`}
    </button>
  );
}

function Other({ stream, others }: { stream: OtherStream; others: OthersStreamsView }) {
  const { actor, kind, name, color, steady } = stream;
  const isAskedFor = kind === "input" || others.ears.value?.actor === actor;
  return (
    <li class={styles.other} data-c={color} data-stream={kind}>
      <span class={styles.whose}>
        <i aria-hidden="true" />
        {name}'s {kind}
        {isAskedFor && (
          <>
            <StreamMeter level={() => others.level(actor, kind)} label={`${name}'s ${kind}`} />
            <button
              type="button"
              class={styles.steady}
              aria-pressed={steady}
              aria-label={`Steady: ${name}'s ${kind}`}
              title="Wait longer for late packets: fewer gaps, more delay"
              onClick={() => others.setSteady(actor, kind, !steady)}
            >
              Steady
            </button>
          </>
        )}
      </span>
      {kind === "input" ? <Input stream={stream} others={others} /> : <Mix stream={stream} others={others} />}
      {isAskedFor && (
        <span class={styles.figures} data-arrival title={behindWords(stream)}>
          {arrivalWords(stream)}
        </span>
      )}
    </li>
  );
}

/** While there is an audience: whom it hears, and for a leader who that is to be. */
function Audience({ streams }: { streams: StreamsView }) {
  const { session } = useStage();
  const programme = streams.programme.value;
  const people = session.people.value;
  const listeners = useLate().company.listeners.value;
  const words = programmeWords(programme, people, listeners);
  const performers = people.filter(({ role, lost }) => role !== "listener" && !lost);
  return (
    <div class={styles.mine}>
      <p role="status" data-programme>
        {words}
      </p>
      {words !== null && session.role.value === "leader" && (
        <select
          class={controls.select}
          aria-label="Whom the audience hears"
          value={programme?.chosen ?? 0}
          onChange={(event) =>
            session.conducting.conduct({
              type: "BROADCASTER",
              actor: Number(event.currentTarget.value) || null,
            })
          }
        >
          <option value={0}>the room chooses</option>
          {performers.map(({ actor, name }) => (
            <option key={actor} value={actor}>
              {name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

export function PeopleStreams() {
  const { session } = useStage();
  const streams = useLate().streams.live.value;
  if (!streams) return null;
  const { mine, others } = streams;
  const list = others.list.value;
  const rung = session.people.value.find(({ self }) => self)?.rung;
  return (
    <div class={styles.streams}>
      {list.length > 0 && (
        <ul aria-label="On air">
          {list.map((stream) => (
            <Other key={`${stream.actor}:${stream.kind}`} stream={stream} others={others} />
          ))}
        </ul>
      )}
      {session.role.value !== "listener" && <Audience streams={streams} />}
      {session.role.value !== "listener" && <Mine mine={mine} />}
      {rung === "relay" && list.length > 0 && (
        <p class={styles.hint}>Sound goes directly or over the SFU; your connection has neither now.</p>
      )}
    </div>
  );
}
