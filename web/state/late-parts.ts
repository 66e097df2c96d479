/** What a jam can do besides being played: fetched after the sound, or when it is first wanted. */
import { signal } from "@preact/signals";
import type { Connection } from "../net/connection.ts";
import { Company, type CompanyParts } from "./company.ts";
import { History, type HistoryOptions } from "./history.ts";
import { JamFiles, type JamFilesParts } from "./jam-files.ts";
import type { StreamsParts } from "./live-streams.ts";
import type { StreamsSlot, StreamsView } from "./streams-view.ts";
import type { LateView } from "./view.ts";

type Parts = JamFilesParts &
  HistoryOptions &
  CompanyParts &
  Omit<StreamsParts, "connection"> & {
    /** Null outside of a room. */
    readonly connection: () => Connection | null;
  };

export class LateParts implements LateView {
  readonly files: JamFiles;
  readonly history: History;
  readonly company: Company;
  readonly streams: StreamsSlot;

  constructor(parts: Parts) {
    this.files = new JamFiles(parts);
    this.history = new History(parts);
    this.company = new Company(parts);
    const { clock, player, say } = parts;
    this.streams = {
      live: signal<StreamsView | null>(null),
      parts: () => {
        const connection = parts.connection();
        return connection && { connection, clock, player, say };
      },
    };
  }
}
