/** What an audience sees: the room, who plays, the score that moves with what is heard, and one button. */
import { useEffect, useState } from "preact/hooks";
import { LIMITS } from "#shared/protocol/limits.ts";
import { initials } from "../state/people.ts";
import { storage } from "../state/storage.ts";
import { setTheme, theme } from "../ui/settings.ts";
import type { EndedPage } from "./ended.tsx";
import type { EndCode, Listening } from "./listening.ts";
import { MODES } from "./mode.ts";
import { ScoreView } from "./score-view.tsx";
import { company, MODE_WORDS, sentence, title } from "./words.ts";
import styles from "./listen.module.css";

/** The words are fetched with the page that needs them, where the server can still be had. */
function Ended({ code }: { code: EndCode }) {
  const [Late, setLate] = useState<typeof EndedPage | null>(null);
  useEffect(() => {
    import("./ended.tsx").then(
      (late) => setLate(() => late.EndedPage),
      () => undefined, // The words below will do.
    );
  }, []);
  if (Late) return <Late code={code} />;
  return (
    <main class={styles.ended}>
      <div>
        <h1>The server is out of reach</h1>
        <button type="button" class={styles.listen} onClick={() => location.reload()}>
          Try again
        </button>
      </div>
    </main>
  );
}

function Header({ listening }: { listening: Listening }) {
  const day = theme() === "day";
  const shown = listening.shown.value;
  return (
    <header class={styles.header}>
      <a href="/" class={styles.brand}>
        Tutti
      </a>
      <ul class={styles.chips} aria-label="Who plays">
        {listening.performers.value.slice(0, 8).map(({ actor, name, color }) => (
          <li key={actor} data-c={color} title={name}>
            <span aria-hidden="true">{initials(name)}</span>
            <span class={styles.hidden}>{name}</span>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class={styles.quiet}
        aria-pressed={day}
        onClick={() => setTheme(day ? "night" : "day")}
      >
        Daylight
      </button>
      <div class={styles.words}>
        <h1>{title(shown)}</h1>
        <p>{company(shown)}</p>
      </div>
    </header>
  );
}

/** A small switch; what is chosen and cannot be is said by the sentence above it. */
function Modes({ listening }: { listening: Listening }) {
  const wish = listening.wish.value;
  return (
    <fieldset class={styles.modes}>
      <legend class={styles.hidden}>How to listen</legend>
      {MODES.map((mode) => (
        <label key={mode} title={MODE_WORDS[mode].what}>
          <input type="radio" name="mode" checked={wish === mode} onChange={() => listening.choose(mode)} />
          <span>{MODE_WORDS[mode].name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Name({ listening }: { listening: Listening }) {
  return (
    <label class={styles.name}>
      <span>Your name, if you like</span>
      <input
        defaultValue={storage.name() ?? ""}
        maxLength={LIMITS.nameLength}
        autocomplete="off"
        onChange={(event) => {
          const name = event.currentTarget.value.trim();
          if (name !== "") listening.setName(name);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
    </label>
  );
}

function Dock({ listening }: { listening: Listening }) {
  const hearing = listening.hearing.value;
  const pressed = listening.pressed.value;
  const late = listening.late.value;
  const isTuning = pressed && !hearing.isHeard && !hearing.isInterrupted;
  const words = hearing.isInterrupted ? "Sound on" : pressed ? "Stop" : "Listen";
  return (
    <footer class={styles.dock}>
      {late && <late.SeenReactions listening={listening} />}
      <div class={styles.press}>
        <button
          type="button"
          class={pressed && !hearing.isInterrupted ? styles.stop : styles.listen}
          aria-busy={isTuning}
          onClick={() => (pressed && !hearing.isInterrupted ? listening.stop() : listening.listen())}
        >
          {words}
        </button>
        <p role="status">{sentence(hearing)}</p>
      </div>
      <div class={styles.under}>
        {pressed && late ? <late.Reactions listening={listening} /> : <Name listening={listening} />}
        <Modes listening={listening} />
      </div>
    </footer>
  );
}

export function Page({ listening }: { listening: Listening }) {
  const stage = listening.stage.value;
  if (stage.kind === "ended") return <Ended code={stage.code} />;
  if (stage.kind === "opening")
    return (
      <main class={styles.page}>
        <p class={styles.opening} role="status">
          Opening the score
        </p>
      </main>
    );
  return (
    <main class={styles.page}>
      <Header listening={listening} />
      <ScoreView listening={listening} />
      <Dock listening={listening} />
    </main>
  );
}
