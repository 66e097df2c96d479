/** What a jam can do besides being played: fetched after the sound, or when it is first wanted. */
import { Company, type CompanyParts } from "./company.ts";
import { History, type HistoryOptions } from "./history.ts";
import { JamFiles, type JamFilesParts } from "./jam-files.ts";
import type { LateView } from "./view.ts";

export class LateParts implements LateView {
  readonly files: JamFiles;
  readonly history: History;
  readonly company: Company;

  constructor(parts: JamFilesParts & HistoryOptions & CompanyParts) {
    this.files = new JamFiles(parts);
    this.history = new History(parts);
    this.company = new Company(parts);
  }
}
