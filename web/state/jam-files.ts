/**
 * Jams that leave the room and come into it: saved as a file, opened out of one, or taken into a room of
 * their own. What is going on is one value, `news`; its words are the screen's.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { JamDocument } from "#shared/document/document.ts";
import {
  type JamFile,
  type JamFileErrorCode,
  jamFileText,
  parseJamFile,
  writeJamFile,
} from "#shared/document/jam-file.ts";
import type { Result } from "#shared/lib/result.ts";
import type { CommandError, CommandErrorCode, CommandInput } from "#shared/protocol/commands.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { type RoomAddress, roomAddressPath } from "./address.ts";
import { createRoom } from "./create-room.ts";

/** Why a room may refuse a jam that was read. */
type CommandFault = Extract<CommandErrorCode, "FORBIDDEN" | "TRACKS_FULL" | "DOCUMENT_FULL" | "UNSENT_FULL">;

const isCommandFault = (code: CommandErrorCode): code is CommandFault =>
  code === "FORBIDDEN" || code === "TRACKS_FULL" || code === "DOCUMENT_FULL" || code === "UNSENT_FULL";

/** Why a jam was not opened or no room was made. */
export type FileFault =
  | JamFileErrorCode
  | CommandFault
  /** The browser does not give the file's content. */
  | "UNREADABLE"
  /** More than one file at once. */
  | "SEVERAL"
  /** Too many rooms from this address. */
  | "RATE"
  /** Too large to be sent for a new room. */
  | "OVERSIZE"
  | "NO_SERVER";

export type FileNews =
  | { readonly kind: "reading"; readonly file: string }
  /** Until the next edit of one's own it can be undone. `remarks`: what of it is not known here. */
  | {
      readonly kind: "opened";
      readonly file: string;
      readonly parts: number;
      readonly remarks: readonly string[];
    }
  | { readonly kind: "saved"; readonly file: string }
  /** A new room is on its way. */
  | { readonly kind: "making" }
  | {
      readonly kind: "refused";
      readonly what: "open" | "remix";
      readonly fault: FileFault;
      /** The place in the file and what may stand there, where it is the file's fault. */
      readonly detail: string;
      readonly file: string;
    };

/** What the screen knows of jams as files. */
export interface JamFilesView {
  readonly news: ReadonlySignal<FileNews | null>;
  /** The jam as it is now: a name for the file, and its text. */
  save(): { readonly name: string; readonly text: string };
  /** Puts the jams of a file in place of what plays here. Resolves when `news` tells how it went. */
  open(files: readonly File[]): Promise<void>;
  /** Takes back what was opened last. */
  undoOpen(): void;
  /** Makes a new room that begins with this jam, and goes there. */
  remix(): Promise<void>;
  dismiss(): void;
}

export interface JamFilesParts {
  readonly document: () => JamDocument;
  readonly role: ReadonlySignal<Role>;
  readonly dispatch: (command: CommandInput) => Result<null, CommandError>;
  readonly undo: () => void;
}

export class JamFiles implements JamFilesView {
  readonly #parts: JamFilesParts;
  readonly #news = signal<FileNews | null>(null);

  constructor(parts: JamFilesParts) {
    this.#parts = parts;
  }

  get news(): ReadonlySignal<FileNews | null> {
    return this.#news;
  }

  jam(): JamFile {
    return writeJamFile(this.#parts.document());
  }

  save(): { name: string; text: string } {
    const jam = this.jam();
    const name = jamFileName(jam.name, new Date());
    this.#news.value = { kind: "saved", file: name };
    return { name, text: jamFileText(jam) };
  }

  async open(files: readonly File[]): Promise<void> {
    const [file] = files;
    if (!file) return;
    const refuse = (fault: FileFault, detail = "") => {
      this.#news.value = { kind: "refused", what: "open", fault, detail, file: file.name };
    };
    if (this.#parts.role.peek() === "listener") return refuse("FORBIDDEN");
    if (files.length > 1) return refuse("SEVERAL");
    // A character has three bytes at most.
    if (file.size > 3 * LIMITS.jamFileBytes) return refuse("JAM_OVERSIZE");
    this.#news.value = { kind: "reading", file: file.name };
    const text = await file.text().catch(() => null);
    if (text === null) return refuse("UNREADABLE");
    const read = parseJamFile(text);
    if (!read.ok) return refuse(read.error.code, read.error.message);
    const { jam, remarks } = read.value;
    const done = this.#parts.dispatch({ type: "JAM_REPLACE", jam });
    if (!done.ok && isCommandFault(done.error.code)) return refuse(done.error.code);
    if (!done.ok) return refuse("JAM_INVALID", done.error.message);
    this.#news.value = { kind: "opened", file: file.name, parts: jam.tracks.length, remarks };
  }

  undoOpen(): void {
    if (this.#news.peek()?.kind === "opened") this.#parts.undo();
  }

  async remix(): Promise<void> {
    if (this.#news.peek()?.kind === "making") return;
    this.#news.value = { kind: "making" };
    const made = await createRoom("auto", this.jam()).catch(() => null);
    if (made?.ok) return goTo(made.value);
    const code = made?.error;
    const fault = code === "RATE" || code === "OVERSIZE" ? code : "NO_SERVER";
    this.#news.value = { kind: "refused", what: "remix", fault, detail: "", file: "" };
  }

  dismiss(): void {
    if (this.#news.peek()?.kind !== "making") this.#news.value = null;
  }

  /** Something of one's own came after what was opened, or took it back: undo would mean that now. */
  handleEdit(): void {
    if (this.#news.peek()?.kind === "opened") this.#news.value = null;
  }
}

/** As its leader, whose link the address is. */
const goTo = (address: RoomAddress): void => location.assign(roomAddressPath(address, location.search));

/** "Late Rehearsal 2026-11-22.json"; what no file system takes is left out. */
export function jamFileName(room: string, at: Date): string {
  const name = room
    .replaceAll(/[\p{Cc}\p{Cf}\\/:*?"<>|]/gu, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/^[ .]+|[ .]+$/g, "");
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0"));
  return `${name === "" ? "Jam" : name} ${day.join("-")}.json`;
}
