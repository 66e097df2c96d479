/**
 * What a page needs once something was done in it, and not to hear its first sound: how undo is kept, edits in
 * words, the history, and jams as files. One file, since each further one cuts the first scripts up.
 */
export { describe, namesIn } from "#shared/document/describe.ts";
export { openJam } from "#shared/document/jam-replace.ts";
export { packUndo, unpackUndo } from "#shared/document/undo-record.ts";
export { LateParts } from "./late-parts.ts";
export { lockedSentence } from "./locked-words.ts";
export { askFor } from "./control-words.ts";
