/**
 * What lies over the score (sheets, signs and cards, files that are dropped) is fetched when the sound is on, or when it is
 * wanted: who arrives does not wait for it. Where it cannot be had, that is said in a sheet's place.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Person } from "../state/view.ts";
import { keepPage } from "../platform.ts";
import { fetchPhone } from "./late-phone.tsx";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";

/** From the engine's being ready to its first notes' being heard nothing is fetched. ms */
const AFTER_SOUND_MS = 2_000;

const code = signal<typeof import("./sheets.tsx") | "missing" | null>(null);

async function fetchOver(): Promise<void> {
  if (code.peek() !== null && code.peek() !== "missing") return;
  try {
    code.value = await import("./sheets.tsx");
  } catch {
    // The server is away, or has another version by now: the next sheet asks again.
    code.value = "missing";
  }
}

const late = () => (code.value === "missing" ? null : code.value);

/** What a leader conducts; nothing before the code for it is here. */
export function LateConducted() {
  const over = late();
  return over && <over.OnRail />;
}

/** Whose view is followed, and which moment of the past is shown: it takes the history's sheet to choose one. */
export function LateBars() {
  const over = late();
  return over && <over.Bars />;
}

/** Beside a person: how the lead is handed over to them. */
export function LateHandOver({ person }: { person: Person }) {
  const over = late();
  return over && <over.HandOver person={person} />;
}

/** Under the people: that nobody leads, and how one takes the lead. */
export function LateLeadNote() {
  const over = late();
  return over && <over.LeadNote />;
}

export function Over({ sounding }: { sounding: boolean }) {
  const isOpen = useStage().sheet.value !== null;
  useEffect(() => {
    if (isOpen) void fetchOver();
  }, [isOpen]);
  useEffect(() => {
    // A file is on its way over the page.
    const fetchNow = () => void fetchOver();
    addEventListener("dragenter", fetchNow);
    return () => removeEventListener("dragenter", fetchNow);
  }, []);
  useEffect(() => {
    if (!sounding) return undefined;
    const timer = setTimeout(async () => {
      // Also what a window turned narrow needs: the server may be away by then.
      await Promise.all([fetchOver(), fetchPhone()]);
      keepPage();
    }, AFTER_SOUND_MS);
    return () => clearTimeout(timer);
  }, [sounding]);
  const over = late();
  if (over) return <over.Over />;
  return isOpen && code.value === "missing" ? (
    <SheetBox title="Not here yet">
      <p>This part of the page could not be fetched. Open it again when the server is there.</p>
    </SheetBox>
  ) : null;
}
