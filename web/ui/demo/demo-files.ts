/** Jams as files for the demo page: nothing is read or made, the news is what the page asks for. */
import { signal } from "@preact/signals";
import type { FileNews, JamFilesView } from "../../state/jam-files.ts";

export const NEWS: Readonly<Record<string, FileNews>> = {
  opened: { kind: "opened", file: "Late Rehearsal 2026-11-22.json", parts: 8, remarks: [] },
  remarks: {
    kind: "opened",
    file: "Late Rehearsal 2026-11-22.json",
    parts: 8,
    remarks: [
      'Strings: "violin" is not known here, Prophet plays it.',
      "Bass: Cutoff goes from 40 to 125, not to 900.",
    ],
  },
  refused: {
    kind: "refused",
    what: "open",
    fault: "JAM_INVALID",
    detail: "tracks[3].patterns[0].notes[12].pitch: a whole number, 0 to 127",
    file: "my own jam.json",
  },
  unmade: { kind: "refused", what: "remix", fault: "RATE", detail: "", file: "" },
  reading: { kind: "reading", file: "Late Rehearsal 2026-11-22.json" },
};

export class DemoFiles implements JamFilesView {
  readonly news = signal<FileNews | null>(null);

  constructor(news: FileNews | null) {
    this.news.value = news;
  }

  save(): { name: string; text: string } {
    this.news.value = { kind: "saved", file: "Late Rehearsal 2026-11-22.json" };
    return { name: "Late Rehearsal 2026-11-22.json", text: "{}\n" };
  }

  async open(): Promise<void> {
    this.news.value = NEWS["opened"] ?? null;
  }

  undoOpen(): void {
    this.news.value = null;
  }

  async remix(): Promise<void> {
    this.news.value = { kind: "making" };
  }

  dismiss(): void {
    this.news.value = null;
  }
}
