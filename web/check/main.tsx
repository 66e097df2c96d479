/** The page at `/check`: what works from this browser to this server, line by line while it is found out. Needs no room. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { copyText, engineMode, soundSupport } from "../platform.ts";
import { loadFonts } from "../ui/fonts.ts";
import { applyTheme, setTheme, theme } from "../ui/settings.ts";
import { type Facts, firstFacts } from "./facts.ts";
import { runCheck } from "./run.ts";
import { isDone, type Line, lines, meaning, report, type Sign, signWords } from "./words.ts";
import "../ui/global.css";
import styles from "./check.module.css";

const start = (): Facts =>
  firstFacts({
    secure: soundSupport() !== "needs-https",
    worklet: soundSupport() === "yes",
    isolated: engineMode() === "sab",
    rtc: typeof RTCPeerConnection !== "undefined",
  });

const facts = signal(start());
/** What has become of the last press of "Copy report"; "shown": the browser does not let us copy. */
const copied = signal<"no" | "yes" | "shown">("no");

const text = (): string => report(facts.value, { origin: location.origin, browser: navigator.userAgent });

async function copy(): Promise<void> {
  copied.value = (await copyText(text())) ? "yes" : "shown";
}

async function again(): Promise<void> {
  facts.value = start();
  copied.value = "no";
  await runCheck((change) => (facts.value = change(facts.value)));
}

const MARKS: Readonly<Record<Sign, string>> = { works: "✓", fails: "✕", unknown: "?", asking: "…" };

function Row({ sign, sentence, advice }: Line) {
  return (
    <li data-sign={sign}>
      <i aria-hidden="true">{MARKS[sign]}</i>
      <div>
        <p>
          <span class={styles.hidden}>{signWords(sign)}: </span>
          {sentence}
        </p>
        {advice !== null && <p class={styles.advice}>{advice}</p>}
      </div>
    </li>
  );
}

function Page() {
  const now = facts.value;
  const done = isDone(now);
  const day = theme() === "day";
  return (
    <main class={styles.page}>
      <header>
        <a href="/" class={styles.brand}>
          Tutti
        </a>
        <button
          type="button"
          class={styles.button}
          aria-pressed={day}
          onClick={() => setTheme(day ? "night" : "day")}
        >
          Daylight
        </button>
      </header>
      <h1>What works from here</h1>
      <ul class={styles.lines} aria-busy={!done}>
        {lines(now).map((line) => (
          <Row key={line.id} {...line} />
        ))}
      </ul>
      <p class={styles.meaning} role="status" data-done={done}>
        {done ? (meaning(now) ?? "More is not known.") : "It takes some seconds."}
      </p>
      <div class={styles.buttons}>
        <button type="button" class={styles.main} disabled={!done} onClick={() => void copy()}>
          Copy report
        </button>
        <button type="button" class={styles.button} disabled={!done} onClick={() => void again()}>
          Run again
        </button>
        <span role="status">{copied.value === "yes" ? "Copied." : ""}</span>
      </div>
      {copied.value === "shown" && (
        <textarea class={styles.report} aria-label="Report" readOnly rows={12} value={text()} />
      )}
      <p class={styles.advice}>
        The report holds no link, no password and no address of this computer. It names this server and your
        browser.
      </p>
    </main>
  );
}

applyTheme();
loadFonts();
const root = document.getElementById("app");
if (root) render(<Page />, root);
void again();
