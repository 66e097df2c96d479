/** `window.tuttiAudience` (with `?inspect`): a plain-JSON view of the audience's page, for tests and scripts. */
import type { Listening } from "./listening.ts";

export interface AudienceInspector {
  inspect(): ReturnType<Listening["inspect"]>;
}

declare global {
  interface Window {
    tuttiAudience?: AudienceInspector;
  }
}

export function installInspector(listening: Listening): void {
  window.tuttiAudience = { inspect: () => listening.inspect() };
}
