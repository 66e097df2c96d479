/**
 * `window.tutti` (with `?inspect`): a plain-JSON view of the running jam, its commands and a tap of
 * the room mix, for tests and scripts. PROTOCOL.md documents it; it reads and dispatches, nothing more.
 */
import type { TapRecording } from "./audio/player.ts";
import { type Inspection, inspectSession } from "./state/inspection.ts";
import { RefusedCommand } from "./state/refused-command.ts";
import type { Session } from "./state/session.ts";
import type { SyncLogFile } from "./state/sync-log.ts";
import type { JamFile } from "#shared/document/jam-file.ts";
import type { CommandInput } from "#shared/protocol/commands.ts";

export interface TuttiInspector {
  inspect(): Inspection;
  dispatch(command: CommandInput): void;
  tap(seconds: number, mix?: "roomMix" | "myMix"): Promise<TapRecording>;
  /** What "Save as a file" saves, as `JAM_REPLACE` opens it. */
  jamFile(): Promise<JamFile>;
  /** What "Export" on the Sync panel saves. */
  syncLog(): SyncLogFile;
  /**
   * Told of each delta once it is applied here, one's own among them and within `dispatch`: what a machine
   * needs to time an edit from page to page. Returns the end of it.
   */
  onApplied(listener: (applied: { readonly actor: number; readonly seq: number }) => void): () => void;
}

declare global {
  interface Window {
    tutti?: TuttiInspector;
  }
}

export function installInspector(session: Session): void {
  window.tutti = {
    inspect: () => inspectSession(session.inspected),
    dispatch(command) {
      const result = session.dispatch(command);
      if (!result.ok) throw new RefusedCommand(result.error);
    },
    tap: (seconds, mix) => session.player.tap(seconds, mix),
    jamFile: async () => (await session.fetchLate()).files.jam(),
    syncLog: () => session.sync.file(),
    onApplied: (listener) => session.rendition.onApplied(({ actor, seq }) => listener({ actor, seq })),
  };
}
