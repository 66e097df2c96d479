/**
 * The jam on a small screen, which a large one never fetches. A phone asks for it with the page's first line,
 * beside everything else that it waits for.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

const code = signal<typeof import("./phone.tsx") | "missing" | null>(null);
let fetching: Promise<void> | null = null;

export const fetchPhone = (): Promise<void> => (fetching ??= load());

/** Not by `then`: the build takes that for a part of the import, and lets pass what fails of its styles. */
async function load(): Promise<void> {
  try {
    code.value = await import("./phone.tsx");
  } catch {
    // The server is away, or has another version by now: the next turn to a small screen asks again.
    code.value = "missing";
    fetching = null;
  }
}

/** `children` is the wide screen: it can be scrolled, where the small one cannot be had. */
export function LatePhone({ children }: { children: ComponentChildren }) {
  useEffect(() => void fetchPhone(), []);
  if (code.value === null) return null;
  return code.value === "missing" ? <>{children}</> : <code.value.PhoneJam />;
}
