/**
 * What lies over the score (sheets, signs and cards, files that are dropped) is fetched when the sound is on, or when it is
 * wanted: who arrives does not wait for it. Where it cannot be had, that is said in a sheet's place.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
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

/** What a leader conducts; nothing before the code for it is here. */
export function LateConducted() {
  return code.value !== null && code.value !== "missing" ? <code.value.ConductedLine /> : null;
}

/** How much of the chat has not been read. */
export function LateUnread() {
  return code.value !== null && code.value !== "missing" ? <code.value.Unread /> : null;
}

/** Where somebody's hand is, in words; what else there is to say of them where it is nowhere. */
export function LateWhere({ actor, children }: { actor: number; children: ComponentChildren }) {
  return code.value !== null && code.value !== "missing" ? (
    <code.value.Where actor={actor}>{children}</code.value.Where>
  ) : (
    <>{children}</>
  );
}

/** Which moment of the past is shown: it takes the history's sheet to choose one. */
export function LateMomentBar() {
  return code.value !== null && code.value !== "missing" ? <code.value.MomentBar /> : null;
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
  if (code.value !== null && code.value !== "missing") return <code.value.Over />;
  return isOpen && code.value === "missing" ? (
    <SheetBox title="Not here yet">
      <p>This part of the page could not be fetched. Open it again when the server is there.</p>
    </SheetBox>
  ) : null;
}
