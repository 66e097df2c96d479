import type { CommandError } from "#shared/protocol/commands.ts";

/** Thrown to scripts by the inspector; `code` says why, the message what to do. */
export class RefusedCommand extends Error {
  readonly code: CommandError["code"];

  constructor(error: CommandError) {
    super(`${error.code}: ${error.message}`);
    this.name = "RefusedCommand";
    this.code = error.code;
  }
}
