/** What is said of jams that are saved, opened and remixed. Pure. */
import type { FileFault, FileNews } from "../state/jam-files.ts";

export interface FileWords {
  readonly sentence: string;
  /** What to do about it, or what else is to be known; "" for nothing. */
  readonly more: string;
}

export const FAULTS: Readonly<Record<FileFault, FileWords>> = {
  JAM_FOREIGN: { sentence: "It is not a jam", more: "Choose a file that “Save as a file” has made." },
  JAM_NEWER: { sentence: "A newer Tutti has saved it", more: "Reload this page, and open it again." },
  JAM_INVALID: {
    sentence: "It has a mistake",
    more: "Mend that place of the file, and open it again.",
  },
  JAM_OVERSIZE: {
    sentence: "It is larger than a jam can be",
    more: "Choose a file that “Save as a file” has made.",
  },
  UNREADABLE: { sentence: "Your browser cannot read it", more: "It may have been moved: choose it again." },
  SEVERAL: { sentence: "A room plays one jam at a time", more: "Choose one file." },
  FORBIDDEN: {
    sentence: "Listeners hear the jam and change nothing of it",
    more: "Remix it in a new room, and open the file there.",
  },
  TRACKS_FULL: {
    sentence: "Too many parts were added from this page",
    more: "Reload it, and open the file again.",
  },
  DOCUMENT_FULL: {
    sentence: "This room has no space left for it",
    more: "Create a new jam, and open the file there.",
  },
  UNSENT_FULL: {
    sentence: "Too many edits wait for the connection",
    more: "Open it again when the server is back.",
  },
  RATE: {
    sentence: "As many rooms as one address may make in an hour have been made from yours",
    more: "Try again later.",
  },
  OVERSIZE: {
    sentence: "This jam is too large to send for a new room",
    more: "Save it as a file, create a new jam, and open the file there.",
  },
  NO_SERVER: { sentence: "The server is full, or out of reach", more: "Try again in a moment." },
};

export function fileWords(news: FileNews): FileWords {
  switch (news.kind) {
    case "reading":
      return { sentence: `Reading “${news.file}”`, more: "" };
    case "opened": {
      const parts = news.parts === 1 ? "1 part" : `${news.parts} parts`;
      return { sentence: `“${news.file}” is open: ${parts}.`, more: news.remarks.join(" ") };
    }
    case "saved":
      return { sentence: `Saved as “${news.file}”.`, more: "" };
    case "making":
      return { sentence: "Making the new room", more: "" };
    case "refused": {
      const { sentence, more } = FAULTS[news.fault];
      const why = news.fault !== "JAM_INVALID" ? `${sentence}.` : `${sentence}: ${news.detail}.`;
      const what = {
        open: `“${news.file}” was not opened.`,
        save: "It was not saved.",
        remix: "No room was made.",
      }[news.what];
      return { sentence: `${what} ${why}`, more };
    }
  }
}
