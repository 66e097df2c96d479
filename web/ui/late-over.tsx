/**
 * What lies over the score (sheets, signs and cards, files that are dropped) is fetched when the sound is on, or when it is
 * wanted: who arrives does not wait for it. Where it cannot be had, that is said in a sheet's place.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { keepPage } from "../platform.ts";
import type { SessionView } from "../state/view.ts";
import { fetchPhone } from "./late-phone.tsx";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";

/** From the engine's being ready to its first notes' being heard nothing is fetched. ms */
const AFTER_SOUND_MS = 2_000;

const code = signal<typeof import("./sheets.tsx") | "missing" | null>(null);

const here = () => (code.value === "missing" ? null : code.value);

async function fetchOver(session: SessionView): Promise<void> {
  if (here()) return;
  try {
    const [sheets] = await Promise.all([import("./sheets.tsx"), session.fetchLate()]);
    code.value = sheets;
  } catch {
    // The server is away, or has another version by now: the next sheet asks again.
    code.value = "missing";
  }
}

type Late = typeof import("./sheets.tsx");

/** A component of what is fetched late: nothing is drawn before it is here. */
const lately =
  <Props extends object>(pick: (late: Late) => ComponentType<Props>) =>
  (props: Props) => {
    const late = here();
    const Component = late && pick(late);
    return Component && <Component {...props} />;
  };

/** What a leader conducts, and whose view is followed. */
export const LateOnRail = lately((late) => late.OnRail);

/** Whether I am on the air, whose mix is heard, whose view is followed, and which moment of the past is shown. */
export const LateBars = lately((late) => late.Bars);

/** Beside a person: how the lead is handed over to them. */
export const LateHandOver = lately((late) => late.HandOver);

/** Under the people: that nobody leads, and how one takes the lead. */
export const LateLeadNote = lately((late) => late.LeadNote);

/** Sound between people, under who they are. */
export const LateStreams = lately((late) => late.PeopleStreams);

/** The pad of a part, or the button that shows it: nobody plays one before it sounds. */
export const LatePad = lately((late) => late.Pad);

/** What can be set of a note: nobody shapes one before it sounds. */
export const LateNoteSliders = lately((late) => late.NoteSliders);

/** How much of the chat has not been read. */
export const LateUnread = lately((late) => late.Unread);

/** Where somebody's hand is, in words; what else there is to say of them where it is nowhere. */
export function LateWhere({ actor, children }: { actor: number; children: ComponentChildren }) {
  const late = here();
  return late ? <late.Where actor={actor}>{children}</late.Where> : <>{children}</>;
}

export function Over({ sounding }: { sounding: boolean }) {
  const { sheet, session } = useStage();
  const isOpen = sheet.value !== null;
  useEffect(() => {
    if (isOpen) void fetchOver(session);
  }, [isOpen, session]);
  useEffect(() => {
    // A file is on its way over the page.
    const fetchNow = () => void fetchOver(session);
    addEventListener("dragenter", fetchNow);
    return () => removeEventListener("dragenter", fetchNow);
  }, [session]);
  useEffect(() => {
    if (!sounding) return undefined;
    const timer = setTimeout(async () => {
      // Also what a window turned narrow needs: the server may be away by then.
      await Promise.all([fetchOver(session), fetchPhone()]);
      keepPage();
    }, AFTER_SOUND_MS);
    return () => clearTimeout(timer);
  }, [sounding, session]);
  const late = here();
  if (late) return <late.Over />;
  return isOpen && code.value === "missing" ? (
    <SheetBox title="Not here yet">
      <p>This part of the page could not be fetched. Open it again when the server is there.</p>
    </SheetBox>
  ) : null;
}
