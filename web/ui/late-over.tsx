/**
 * What lies over the score (sheets, signs and cards, files that are dropped) is fetched when the sound is on, or when it is
 * wanted: who arrives does not wait for it. Where it cannot be had, that is said in a sheet's place.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { keepPage } from "../platform.ts";
import { fetchPhone } from "./late-phone.tsx";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";

/** From the engine's being ready to its first notes' being heard nothing is fetched. ms */
const AFTER_SOUND_MS = 2_000;

const code = signal<typeof import("./sheets.tsx") | "missing" | null>(null);

const here = () => (code.value === "missing" ? null : code.value);

async function fetchOver(): Promise<void> {
  if (code.peek() !== null && code.peek() !== "missing") return;
  try {
    code.value = await import("./sheets.tsx");
  } catch {
    // The server is away, or has another version by now: the next sheet asks again.
    code.value = "missing";
  }
}

/** What a leader conducts; nothing before the code for it is here. */
export function LateConducted() {
  const over = here();
  return over && <over.ConductedLine />;
}

/** Whether I am on the air, and which moment of the past is shown: nothing of it begins before the code is here. */
export function LateBars() {
  const over = here();
  return over && <over.Bars />;
}

/** Sound between people, under who they are. */
export function LateStreams() {
  const over = here();
  return over && <over.PeopleStreams />;
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
  const over = here();
  if (over) return <over.Over />;
  return isOpen && code.value === "missing" ? (
    <SheetBox title="Not here yet">
      <p>This part of the page could not be fetched. Open it again when the server is there.</p>
    </SheetBox>
  ) : null;
}
