/** The screen of Tutti, whatever phase the session is in. */
import { useEffect, useMemo } from "preact/hooks";
import type { SessionView } from "../state/view.ts";
import { Ended, Landing, Veil } from "./doors.tsx";
import { loadFonts } from "./fonts.ts";
import { Jam } from "./jam.tsx";
import { Over } from "./late-over.tsx";
import { fetchPhone } from "./late-phone.tsx";
import { isMelodic } from "./rows.ts";
import { applyTheme } from "./settings.ts";
import { listenToKeys } from "./shortcuts.ts";
import { Stage, StageContext } from "./stage.ts";
import "./global.css";

function Screen({ session }: { session: SessionView }) {
  const phase = session.entrance.phase.value;
  switch (phase.kind) {
    case "ended":
      return <Ended code={phase.code} />;
    case "landing":
    case "connecting":
      return <Landing phase={phase} />;
    case "tuning":
      // Whoever makes a jam tunes on the landing page until there is a score to look at.
      if (session.jam.tracks.value.length === 0) return <Landing phase={phase} />;
      return <Behind veil={<Veil phase={phase} />} />;
    case "arriving":
      return <Behind veil={<Veil phase={phase} />} />;
    case "jamming":
      return <Behind veil={null} />;
  }
}

/** The jam stays mounted from arriving on, so that nothing flickers when the veil is lifted; till then it is a picture. */
function Behind({ veil }: { veil: preact.ComponentChild }) {
  return (
    <>
      <fieldset disabled={veil !== null} inert={veil !== null}>
        <Jam />
      </fieldset>
      {veil}
    </>
  );
}

export function App({ session }: { session: SessionView }) {
  const stage = useMemo(() => new Stage(session, isMelodic), [session]);
  useEffect(() => applyTheme(), []);
  useEffect(() => stage.watch(), [stage]);
  useEffect(() => {
    if (stage.layout.peek() === "phone") void fetchPhone();
  }, [stage]);
  useEffect(() => listenToKeys(stage), [stage]);
  const { kind } = session.entrance.phase.value;
  const sounding = session.entrance.sound.value.state === "running";
  useEffect(() => {
    // While the engine is on its way nothing else is fetched.
    if (kind !== "connecting" && (kind !== "tuning" || sounding)) {
      const timer = setTimeout(loadFonts, 50);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [kind, sounding]);
  return (
    <StageContext.Provider value={stage}>
      <Screen session={session} />
      {kind === "jamming" && <Over sounding={sounding} />}
    </StageContext.Provider>
  );
}
