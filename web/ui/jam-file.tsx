/** Jams as files on the screen: the three buttons of the room, what came of them, and files dropped onto the page. */
import type { JamFilesView } from "../state/jam-files.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { downloadJson } from "./download.ts";
import { fileWords } from "./file-words.ts";
import { Icon } from "./icons.tsx";
import { SheetBox } from "./sheet.tsx";
import { type Stage, useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import styles from "./jam-file.module.css";

/** What came of the last press or drop, with the way back where there is one. */
function News() {
  const { files } = useLate();
  const news = files.news.value;
  if (news === null) return null;
  const { sentence, more } = fileWords(news);
  const busy = news.kind === "reading" || news.kind === "making";
  return (
    <div class={styles.news} data-kind={news.kind}>
      <p>
        <span>{sentence}</span>
        {more !== "" && <small>{more}</small>}
      </p>
      {news.kind === "opened" && (
        <button type="button" class={controls.button} onClick={() => files.undoOpen()}>
          Undo
        </button>
      )}
      {!busy && (
        <button type="button" class={controls.icon} aria-label="Dismiss" onClick={() => files.dismiss()}>
          <Icon name="close" size={18} />
        </button>
      )}
    </div>
  );
}

/** Over the score, unless a sheet shows the news itself. */
export function FileNews() {
  const stage = useStage();
  const inSheet = stage.sheet.value === "room" || stage.sheet.value === "help";
  return (
    <div class={styles.slip} role="status">
      {!inSheet && <News />}
    </div>
  );
}

/** Opens files and shows the score again, if they could be. */
async function open(stage: Stage, jams: JamFilesView, files: readonly File[]): Promise<void> {
  await jams.open(files);
  if (jams.news.peek()?.kind === "opened") stage.sheet.value = null;
}

/** The jam of this room and files, in a sheet. */
export function JamFileSection() {
  const stage = useStage();
  const { role } = stage.session;
  const { files } = useLate();
  const picker = useRef<HTMLInputElement>(null);
  const making = files.news.value?.kind === "making";
  // What went wrong here has been read when the sheet closes; what was opened can still be undone.
  useEffect(
    () => () => {
      if (files.news.peek()?.kind !== "opened") files.dismiss();
    },
    [files],
  );
  const save = (): void => {
    const { name, text } = files.save();
    downloadJson(name, text);
  };
  return (
    <section class={styles.section} aria-label="This jam as a file">
      <div>
        <button type="button" class={controls.button} aria-describedby="save-what" onClick={save}>
          Save as a file
        </button>
        <p id="save-what">All parts with all their patterns. It opens in any room.</p>
      </div>
      <div>
        <button
          type="button"
          class={controls.button}
          aria-describedby="open-what"
          disabled={stage.readOnly.value}
          onClick={() => picker.current?.click()}
        >
          Open a file…
        </button>
        <p id="open-what">
          {role.value === "listener"
            ? "Listeners cannot: it takes the place of what plays here."
            : "It takes the place of what plays here, for everybody. Undo brings that back."}
          {stage.layout.value !== "phone" && !stage.readOnly.value && " Or drop the file onto the page."}
        </p>
        <input
          ref={picker}
          type="file"
          accept=".json,application/json"
          hidden
          onChange={({ currentTarget }) => {
            void open(stage, files, [...(currentTarget.files ?? [])]);
            // So that the same file can be chosen again.
            currentTarget.value = "";
          }}
        />
      </div>
      <div>
        <button
          type="button"
          class={controls.button}
          aria-describedby="remix-what"
          disabled={making}
          onClick={() => void files.remix()}
        >
          Remix in a new room
        </button>
        <p id="remix-what">
          You go to a room of your own that begins with this jam. This one stays as it is.
        </p>
      </div>
      <div role="status">
        <News />
      </div>
    </section>
  );
}

export function RoomSheet() {
  return (
    <SheetBox title="The room">
      <JamFileSection />
    </SheetBox>
  );
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** While a file is held over the page, where it goes; a browser left alone would show it in place of the jam. */
export function DropZone() {
  const stage = useStage();
  const { files } = useLate();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setHeld(true);
    };
    const leave = (event: DragEvent): void => {
      // Out of the window; from one element to the next it is still over the page.
      if (event.relatedTarget === null) setHeld(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setHeld(false);
      stage.sheet.value = null;
      void open(stage, files, [...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, [stage, files]);
  if (!held) return null;
  return (
    <div class={styles.drop} aria-hidden="true">
      <p>
        {stage.readOnly.value
          ? "Listeners cannot open a file here."
          : "Drop it: its jam takes the place of this one."}
      </p>
    </div>
  );
}
