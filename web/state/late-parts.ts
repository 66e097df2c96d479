/** What a jam can do besides being played: fetched after the sound, or when it is first wanted. */
import { History, type HistoryOptions } from "./history.ts";
import { JamFiles, type JamFilesParts } from "./jam-files.ts";
import type { LateView } from "./view.ts";

export class LateParts implements LateView {
  readonly files: JamFiles;
  readonly history: History;

  constructor(parts: JamFilesParts & HistoryOptions) {
    this.files = new JamFiles(parts);
    this.history = new History(parts);
  }
}
