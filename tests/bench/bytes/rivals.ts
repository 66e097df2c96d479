/**
 * The same jam in others' hands: a flat map from a place's short name to its value, which is the form
 * that costs each of them least. An emptied step stands there as null, as it does in ours, so that it is
 * known who emptied it.
 */
import * as automerge from "@automerge/automerge";
import { LoroDoc } from "loro-crdt";
import * as yjs from "yjs";
import { AUTHORS, type Edit } from "./edits.ts";
import type { Form, Holder, Subject } from "./subject.ts";

const MAP = "jam";

export class YjsJam implements Holder {
  readonly #docs: readonly yjs.Doc[];
  readonly #deletes: boolean;
  #update: Uint8Array = new Uint8Array(0);

  /** `deletes`: an emptied step is taken out of the map instead; nothing is known of it then. */
  constructor(options: { deletes: boolean } = { deletes: false }) {
    this.#deletes = options.deletes;
    this.#docs = Array.from({ length: AUTHORS }, () => new yjs.Doc());
    for (const doc of this.#docs) doc.on("update", (update: Uint8Array) => (this.#update = update));
  }

  edit({ author, place, value }: Edit): number {
    const doc = this.#docs[author] as yjs.Doc;
    if (value === null && this.#deletes) doc.getMap(MAP).delete(place);
    else doc.getMap(MAP).set(place, value);
    const update = this.#update;
    for (const other of this.#docs) if (other !== doc) yjs.applyUpdate(other, update);
    return update.length;
  }

  state(): Uint8Array {
    return yjs.encodeStateAsUpdate(this.#docs[0] as yjs.Doc);
  }

  load(state: Uint8Array): yjs.Doc {
    const doc = new yjs.Doc();
    yjs.applyUpdate(doc, state);
    return doc;
  }
}

/** Yjs's second encoding: larger for an edit, smaller for a whole document. */
export class YjsV2State implements Form {
  readonly #jam: YjsJam;

  constructor(jam: YjsJam) {
    this.#jam = jam;
  }

  state(): Uint8Array {
    return yjs.convertUpdateFormatV1ToV2(this.#jam.state());
  }

  load(state: Uint8Array): yjs.Doc {
    const doc = new yjs.Doc();
    yjs.applyUpdateV2(doc, state);
    return doc;
  }
}

type AutomergeJam = { jam: Record<string, number | null> };

export class Automerge implements Holder {
  readonly #docs: automerge.Doc<AutomergeJam>[];

  constructor() {
    const first = automerge.from<AutomergeJam>({ jam: {} });
    this.#docs = Array.from({ length: AUTHORS }, () => automerge.clone(first));
  }

  /** As one change of one author. */
  editAll(edits: readonly Edit[]): void {
    this.#docs[0] = automerge.change(this.#docs[0] as automerge.Doc<AutomergeJam>, { time: 0 }, ({ jam }) => {
      for (const { place, value } of edits) jam[place] = value;
    });
  }

  edit({ author, place, value }: Edit): number {
    const doc = automerge.change(
      this.#docs[author] as automerge.Doc<AutomergeJam>,
      { time: 0 },
      ({ jam }) => {
        jam[place] = value;
      },
    );
    this.#docs[author] = doc;
    const change = automerge.getLastLocalChange(doc) as automerge.Change;
    for (const [index, other] of this.#docs.entries())
      if (index !== author) [this.#docs[index]] = automerge.applyChanges(other, [change]);
    return change.length;
  }

  state(): Uint8Array {
    return automerge.save(this.#docs[0] as automerge.Doc<AutomergeJam>);
  }

  load(state: Uint8Array): automerge.Doc<AutomergeJam> {
    return automerge.load<AutomergeJam>(state);
  }
}

export class Loro implements Holder {
  readonly #docs: readonly LoroDoc[];

  constructor() {
    this.#docs = Array.from({ length: AUTHORS }, () => new LoroDoc());
  }

  /** As one commit of one author. */
  editAll(edits: readonly Edit[]): void {
    const doc = this.#docs[0] as LoroDoc;
    for (const { place, value } of edits) doc.getMap(MAP).set(place, value);
    doc.commit();
  }

  edit({ author, place, value }: Edit): number {
    const doc = this.#docs[author] as LoroDoc;
    const from = doc.version();
    doc.getMap(MAP).set(place, value);
    doc.commit();
    const update = doc.export({ mode: "update", from });
    for (const other of this.#docs) if (other !== doc) other.import(update);
    return update.length;
  }

  /** Without the history: the least that a newcomer can go on from. */
  state(): Uint8Array {
    const doc = this.#docs[0] as LoroDoc;
    return doc.export({ mode: "shallow-snapshot", frontiers: doc.oplogFrontiers() });
  }

  load(state: Uint8Array): LoroDoc {
    const doc = new LoroDoc();
    doc.import(state);
    return doc;
  }
}

const utf8 = new TextEncoder();

/** The command as JSON, and the state as one object: it says no more than what stands where. */
export class Json implements Holder {
  readonly #jam = new Map<string, number>();

  edit({ place, value, command }: Edit): number {
    if (value === null) this.#jam.delete(place);
    else this.#jam.set(place, value);
    return utf8.encode(JSON.stringify(command)).length;
  }

  state(): Uint8Array {
    return utf8.encode(JSON.stringify(Object.fromEntries(this.#jam)));
  }

  load(state: Uint8Array): unknown {
    return JSON.parse(new TextDecoder().decode(state));
  }
}

/** What goes over the WebSocket when the command is emitted; with the sender's name, as each such app has it. */
export class SocketIo implements Subject {
  edit({ author, command }: Edit): number {
    return utf8.encode(`42${JSON.stringify(["edit", { ...command, userId: `user-${author}` }])}`).length;
  }
}
