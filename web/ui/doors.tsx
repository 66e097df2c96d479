/** Every page that is not the jam itself: the landing, the veil of arriving and tuning, and the ends. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { copyText } from "../platform.ts";
import type { EndCode, Phase, WaitsFor } from "../state/view.ts";
import { DrawnScore } from "./drawn-score.tsx";
import { ProfileFields } from "./profile.tsx";
import { useStage } from "./stage.ts";
import { ThemeButton } from "./status-line.tsx";
import { ending, keptWords, PRESS_NEEDED, waitWords, whoIsHere } from "./words.ts";
import styles from "./landing.module.css";

/** Seconds after which a wait says what it waits for; a press that is missing is asked for sooner. */
const PATIENCE = 5;
const PRESS_PATIENCE = 2;

/** The button of the gesture; while sound gets ready it fills in brass. */
function DoorButton({ children, onClick }: { children: ComponentChildren; onClick: () => void }) {
  return (
    <button type="button" class={styles.door} onClick={onClick}>
      {children}
    </button>
  );
}

function Tuning({ progress, waitsFor }: { progress: number; waitsFor: WaitsFor | null }) {
  const { session } = useStage();
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const timers = [PRESS_PATIENCE, PATIENCE].map((seconds) =>
      setTimeout(() => setWaited(seconds), seconds * 1_000),
    );
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, []);
  if (waited >= PRESS_PATIENCE && waitsFor === "press")
    return (
      <div class={styles.tuning}>
        <DoorButton onClick={() => session.entrance.soundOn()}>Sound on</DoorButton>
        <p role="status">{PRESS_NEEDED}</p>
      </div>
    );
  const percent = Math.round(progress * 100);
  return (
    <div class={styles.tuning}>
      <div
        class={styles.filling}
        role="progressbar"
        aria-label="Tuning"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        style={{ "--filled": `${percent}%` }}
      >
        <span>Tuning</span>
        <span class={styles.filled} aria-hidden="true">
          Tuning
        </span>
      </div>
      <p role="status">{waited >= PATIENCE && waitsFor !== null ? waitWords(waitsFor) : ""}</p>
      {waited >= PATIENCE && (
        <a href="/check" target="_blank">
          Check the connection
        </a>
      )}
    </div>
  );
}

export function Landing({ phase }: { phase: Phase }) {
  const { session } = useStage();
  return (
    <main class={styles.landing}>
      <header>
        <span class={styles.brand}>Tutti</span>
        <ThemeButton big />
      </header>
      <div class={styles.words}>
        <h1>Play together, in time.</h1>
        {phase.kind === "tuning" ? (
          <Tuning progress={phase.progress} waitsFor={phase.waitsFor} />
        ) : phase.kind === "connecting" ? (
          <p class={styles.opening} role="status">
            Opening the score
          </p>
        ) : (
          <DoorButton onClick={() => session.entrance.createJam()}>Create a jam</DoorButton>
        )}
        <p class={styles.under}>No account. Everyone’s browser makes the sound.</p>
      </div>
      {/* While a link opens, the real score is about to stand here. */}
      {phase.kind !== "connecting" && <DrawnScore />}
    </main>
  );
}

/** Over the live score, which goes on behind it. */
export function Veil({ phase }: { phase: Extract<Phase, { kind: "arriving" | "tuning" }> }) {
  const { session } = useStage();
  const listening = session.role.value === "listener";
  const room = session.jam.roomName.value;
  return (
    <div class={styles.veil}>
      <section class={styles.card} aria-labelledby="veil-title">
        <h1 id="veil-title">{session.jam.playing.value ? `${room} is playing.` : `${room} is open.`}</h1>
        <p>{whoIsHere(session.people.value)}</p>
        {phase.kind === "tuning" ? (
          <Tuning progress={phase.progress} waitsFor={phase.waitsFor} />
        ) : (
          <DoorButton onClick={() => session.entrance.join()}>
            {listening ? "Listen" : "Join the jam"}
          </DoorButton>
        )}
        {session.openElsewhere.value && phase.kind === "arriving" && (
          <p role="status">You have this jam open in another tab. The sound is off here until you join.</p>
        )}
        <ProfileFields />
      </section>
    </div>
  );
}

const secureAddress = (): string => location.href.replace(/^http:/, "https:");

function CopyAddress({ words }: { words: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => setCopied(await copyText(location.href));
  return (
    <>
      <button type="button" class={styles.door} onClick={() => void copy()}>
        {words}
      </button>
      <p class={styles.address} role="status">
        {copied ? "Copied." : location.href}
      </p>
    </>
  );
}

export function Ended({ code }: { code: EndCode }) {
  const { session } = useStage();
  const words = ending(code);
  const kept = keptWords(code, session.connection.value);
  return (
    <main class={styles.ended}>
      <div>
        <h1>{words.title}</h1>
        <p>{words.sentence}</p>
        {kept !== null && <p>{kept}</p>}
        {words.act === "copy" ? (
          <CopyAddress words={words.button} />
        ) : words.act === "reload" ? (
          <button type="button" class={styles.door} onClick={() => location.reload()}>
            {words.button}
          </button>
        ) : (
          <a class={styles.door} href={words.act === "home" ? "/" : secureAddress()}>
            {words.button}
          </a>
        )}
        {words.act === "https" && <p class={styles.address}>{secureAddress()}</p>}
      </div>
    </main>
  );
}
