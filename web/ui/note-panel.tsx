/** The note that is chosen, and what can be set of it. */
import { pitchName } from "#shared/music/names.ts";
import { LateNoteSliders } from "./late-over.tsx";
import { isMelodic } from "./rows.ts";
import { useStage } from "./stage.ts";
import styles from "./panel.module.css";

export function NotePanel() {
  const stage = useStage();
  const { session } = stage;
  const at = stage.note.value;
  const track = session.jam.tracks.value.find(({ id }) => id === at?.track);
  const cell = at && track ? session.jam.cell(track.id, at.step, at.pitch).value : null;
  const where =
    at && track ? `${isMelodic(track.instrument) ? `${pitchName(at.pitch)}, ` : ""}step ${at.step + 1}` : "";
  return (
    <section class={styles.panel} aria-label="Note" data-track={track?.id}>
      <h2>{track ? `Note · ${track.name}, ${where}` : "Note"}</h2>
      {at && track && cell && cell.velocity > 0 ? (
        <LateNoteSliders key={`${track.id}:${at.step}:${at.pitch}`} track={track} at={at} cell={cell} />
      ) : (
        <p class={styles.none}>Choose a note to shape it.</p>
      )}
    </section>
  );
}
