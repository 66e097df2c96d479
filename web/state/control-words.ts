/** A control on its way to the server, and why it was refused, in words. */
import type { ControlRefusal } from "#shared/protocol/controls.ts";

const REFUSED: Readonly<Record<ControlRefusal, string>> = {
  FORBIDDEN: "Only a leader can do that.",
  INVALID: "The server does not know that.",
  RATE: "That was too fast: try again.",
  NOT_FOUND: "That is not there any more.",
  UNAVAILABLE: "The server cannot store it now.",
};
const UNREACHED = "The server cannot be reached.";

/** Asks for a control, and says why it was refused; without a known reason no answer came. */
export async function askFor(
  ask: () => Promise<void> | null,
  say: (sentence: string) => void,
): Promise<void> {
  try {
    const asked = ask();
    if (asked) return await asked;
    say(UNREACHED);
  } catch (error) {
    const { reason } = (error ?? {}) as { readonly reason?: string | null };
    const isKnown = typeof reason === "string" && Object.hasOwn(REFUSED, reason);
    say(isKnown ? REFUSED[reason as ControlRefusal] : UNREACHED);
  }
}
