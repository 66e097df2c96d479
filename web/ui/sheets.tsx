/** The sheets that can lie over the score, one at a time, and what else of the page can wait for the sound. */
import { useEffect, useRef } from "preact/hooks";
import { INSTRUMENTS } from "#shared/music/instruments.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { ChatSheet, ReactSheet, SpokenChat, Unread } from "./chat-sheet.tsx";
import { startStreams } from "../state/live-streams.ts";
import { ConflictCards } from "./conflict-cards.tsx";
import { DRUM_STEPS, PITCH_STEPS } from "./columns.ts";
import { ConductedLine } from "./conducted.tsx";
import { ConductSheet } from "./conduct-sheet.tsx";
import { HandOver, LeadNote } from "./lead.tsx";
import { ClickButtons, UndoRedo } from "./header.tsx";
import { DropZone, FileNews, JamFileSection, RoomSheet } from "./jam-file.tsx";
import { FollowBar, Following } from "./follow-bar.tsx";
import { Hands, Where } from "./hand-signs.tsx";
import { signLastChanges } from "./last-change.ts";
import { HistorySheet } from "./history-sheet.tsx";
import { LivePlayers } from "./live-players.tsx";
import { PartControls } from "./open-part.tsx";
import { MomentBar } from "./moment-bar.tsx";
import { NotePanel } from "./note-panel.tsx";
import { NoteSliders } from "./note-sliders.tsx";
import { Pad } from "./pad.tsx";
import { PlayPanel } from "./play-panel.tsx";
import { ProfileFields } from "./profile.tsx";
import { InputSheet } from "./input-sheet.tsx";
import { isMelodic } from "./rows.ts";
import { letters, setLetters } from "./settings.ts";
import { SeenReactions } from "./reactions.tsx";
import { SceneSheet } from "./scene-sheet.tsx";
import { ShareSheet } from "./share.tsx";
import { SheetBox } from "./sheet.tsx";
import { AirBar, EarsBar } from "./streams-bar.tsx";
import { PeopleStreams } from "./streams-panel.tsx";
import { Knobs, People, Scale } from "./side.tsx";
import { useStage } from "./stage.ts";
import { SyncSheet } from "./sync-sheet.tsx";
import { Notice, ThemeButton } from "./status-line.tsx";
import { Swing } from "./transport.tsx";
import styles from "./sheet.module.css";
import touch from "./touch.module.css";

const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "start and stop"],
  ["Arrows", "walk over the grid; Home and End go to its sides"],
  ["Enter", "set or clear a step"],
  ["Shift ↑ ↓", "louder, softer"],
  ["Shift ← →", "shorter, longer"],
  ["↑ ↓ Delete", "on a knob: up and down, and back to where it began"],
  ["Arrows Delete", "on the XY pad: across and up; the axis back to where it began"],
  ["Ctrl Z", "undo; with Shift redo"],
  ["M", "mute the part for the room"],
  ["Shift M", "mute it for me"],
  ["S", "solo it for me"],
  ["B", "take back what somebody has just overwritten"],
  ["H", "history: who did what, and back to any moment"],
  ["P", "the part's next pattern in use, or an empty one; with Shift back"],
  ["C", "copy the pattern to the next free one, and go on there"],
  ["Alt ↑ ↓", "on a part's name: move the part up or down"],
  ["1 to 9", "call a scene"],
  ["F", "while a leader shows the way: detach, or follow again"],
  ["L", "play live: then two rows of letters are notes, Z X octaves, C V loudness, Shift R records"],
  ["W", "the chat: write to the room"],
  ["R", "react: arrows choose, Enter sends"],
  ["T", "Sync: how well you are in time, and late speakers"],
  ["?", "this sheet"],
];

function HelpSheet() {
  const stage = useStage();
  const phone = stage.layout.value === "phone";
  return (
    <SheetBox title={phone ? "The room" : "Keys"}>
      {phone && (
        <div class={styles.stack}>
          <div class={styles.line}>
            <Swing />
            <ClickButtons />
            <UndoRedo />
            <ThemeButton big />
          </div>
          <Notice />
          <People />
          <Scale />
          <JamFileSection />
        </div>
      )}
      {!phone && (
        <>
          <dl class={styles.keys}>
            {KEYS.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
          <p class={styles.hint}>
            Drag over steps to paint them. Hold Alt and drag a note: up and down for its loudness, sideways
            for its length. With a finger, hold the note first.
          </p>
          <button
            type="button"
            class={styles.switch}
            role="switch"
            aria-checked={letters.value}
            onClick={() => setLetters(!letters.peek())}
          >
            <span>Single letters are keys</span>
            <i aria-hidden="true" />
          </button>
        </>
      )}
    </SheetBox>
  );
}

function AddSheet() {
  const stage = useStage();
  const { session } = stage;
  const full = session.jam.tracks.value.length >= LIMITS.tracks;
  const add = (instrument: string): void => {
    const before = new Set(session.jam.tracks.peek().map((track) => track.id));
    const done = session.dispatch({ type: "TRACK_ADD", instrument });
    if (!done.ok) return;
    const added = session.jam.tracks.peek().find((track) => !before.has(track.id));
    if (added !== undefined) stage.openPart(added.id);
    stage.sheet.value = null;
  };
  return (
    <SheetBox title="Add a part">
      {full && <p class={styles.warning}>The score holds {LIMITS.tracks} parts: remove one first.</p>}
      {(["drum", "melodic"] as const).map((kind) => (
        <section key={kind} class={styles.instruments}>
          <h3>{kind === "drum" ? "Drums" : "Melodic"}</h3>
          <div>
            {INSTRUMENTS.filter((each) => each.kind === kind).map((each) => (
              <button key={each.id} type="button" disabled={full} onClick={() => add(each.id)}>
                {each.label}
              </button>
            ))}
          </div>
        </section>
      ))}
    </SheetBox>
  );
}

/** On a phone: all that stands beside a part elsewhere. */
function PartSheet() {
  const stage = useStage();
  const track = stage.session.jam.tracks.value.find((each) => each.id === stage.open.value);
  if (track === undefined) return null;
  return (
    <SheetBox title={track.name}>
      <div class={styles.stack}>
        <div class={styles.partControls}>
          <PartControls track={track} pageSize={isMelodic(track.instrument) ? PITCH_STEPS : DRUM_STEPS} />
        </div>
        <Knobs />
        <NotePanel />
      </div>
    </SheetBox>
  );
}

function Sheets() {
  const stage = useStage();
  switch (stage.sheet.value) {
    case null:
      return null;
    case "share":
      return <ShareSheet />;
    case "room":
      return <RoomSheet />;
    case "help":
      return <HelpSheet />;
    case "add":
      return <AddSheet />;
    case "sync":
      return <SyncSheet />;
    case "history":
      return <HistorySheet />;
    case "scenes":
      return <SceneSheet />;
    case "conduct":
      return <ConductSheet />;
    case "play":
      return <PlayPanel />;
    case "input":
      return <InputSheet />;
    case "more":
      return <PartSheet />;
    case "chat":
      return <ChatSheet />;
    case "react":
      return <ReactSheet />;
    case "profile":
      return (
        <SheetBox title="You">
          <ProfileFields />
        </SheetBox>
      );
  }
}

/** Who last changed what is under the pointer. */
function LastChanges() {
  const stage = useStage();
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => (layer.current === null ? undefined : signLastChanges(stage, layer.current)), [stage]);
  return <div ref={layer} class={touch.layer} aria-hidden="true" />;
}
/** What stands over the score as long as it is so; on a small screen also what has no room on its rail. */
export function Bars() {
  const isSmall = useStage().layout.value === "phone";
  return (
    <>
      <AirBar />
      <EarsBar />
      <MomentBar />
      {isSmall && <FollowBar />}
      {isSmall && <ConductedLine />}
    </>
  );
}

/** What is conducted, and whose view is followed, on both sides of the people. */
export function OnRail() {
  if (useStage().layout.value === "phone") return null;
  return (
    <>
      <ConductedLine />
      <FollowBar />
    </>
  );
}

export { HandOver, LeadNote, NoteSliders, Pad, PeopleStreams, Unread, Where };

/** All that lies over the score. */
export function Over() {
  const { session } = useStage();
  useEffect(() => startStreams(session), [session]);
  return (
    <>
      <Following />
      <LastChanges />
      <Hands />
      <LivePlayers />
      <SeenReactions />
      <SpokenChat />
      <ConflictCards />
      <Sheets />
      <FileNews />
      <DropZone />
    </>
  );
}
