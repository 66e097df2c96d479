/**
 * Where this browser keeps its jams: IndexedDB, one row a room in each of three stores, since the edits and
 * their undo are small and written often and the document is neither. One tab at a time has a room's rows, by
 * a lock that ends with the tab; the next that waits for it has them then. What the rows mean, and when to write them, is not known here.
 */
import type { PackedEdits } from "#shared/document/own-edits.ts";
import type { PackedUndo } from "#shared/document/undo-record.ts";
import { forgottenRooms, type KeptJam } from "./kept-jam.ts";
import { noteOf, readNote } from "./leaving-note.ts";

/** What one person has made in a room: null where nothing waits, and where there is nothing to take back. Undefined is left as it is. */
export interface OwnRows {
  readonly edits: PackedEdits | null;
  readonly undo: PackedUndo | null | undefined;
}

/** The rows of one room, held by this tab. Every promise may reject: the disk is full, or the browser refuses. */
export interface RoomStore {
  writeJam(jam: KeptJam): Promise<void>;
  /** Both or neither: undo knows the edits by their stamps. */
  writeOwn(rows: OwnRows): Promise<void>;
  /** The page goes: written down before this returns, for as long as no write of them has succeeded. */
  noteOwn(rows: OwnRows): void;
}

export interface OpenedStore {
  readonly store: RoomStore;
  /** As they were read: undefined where there is none. */
  readonly jam: unknown;
  readonly edits: unknown;
  readonly undo: unknown;
}

const DATABASE = "tutti";
const VERSION = 2;
const JAMS = "jams";
const EDITS = "edits";
const UNDO = "undo";
const STORES = [JAMS, EDITS, UNDO];
const BY_AGE = "savedMs";
/** A page that is being reloaded, or has crashed, lets go of its lock within this. */
const LOCK_MS = 3_000;
/** A disk that does not answer by then is done without: nobody waits for one to see a jam. */
const OPEN_MS = 2_000;

/**
 * Null where there is no such store, or another tab has this room: then everything stays in memory, in the
 * second case until that tab has gone and `handleLater` is told.
 */
export async function openStore(
  room: string,
  handleLater: (opened: OpenedStore) => void,
): Promise<OpenedStore | null> {
  // Neither exists on plain http or in every private window.
  const locks = navigator.locks as LockManager | undefined;
  const factory = globalThis.indexedDB as IDBFactory | undefined;
  if (!locks || !factory) return null;
  const { granted, soon } = hold(locks, `tutti.kept.${room}`);
  if (await soon) return openInTime(factory, room);
  granted.then(
    async () => {
      const opened = await openInTime(factory, room);
      if (opened) handleLater(opened);
    },
    // Refused: this tab stays as it is.
    () => undefined,
  );
  return null;
}

/** Null where it is refused: a private window, a broken profile, a newer page's database. */
function openInTime(factory: IDBFactory, room: string): Promise<OpenedStore | null> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), OPEN_MS));
  return Promise.race([late, open(factory, room)]).catch(() => null);
}

/**
 * Asks for the lock, which is this tab's for as long as it lives once it is `granted`. `soon`: whether it is
 * by the time that one waits. A page that is about to be gone is waited for; one that lives says so when asked.
 */
function hold(
  locks: LockManager,
  name: string,
): { readonly granted: Promise<void>; readonly soon: Promise<boolean> } {
  const channel = new BroadcastChannel(name);
  const granted = new Promise<void>((resolve, reject) => {
    const handleLock = (): Promise<never> => {
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data === "whose?") channel.postMessage("mine");
      };
      resolve();
      return new Promise(() => undefined);
    };
    locks.request(name, handleLock).catch(reject);
  });
  const taken = new Promise<false>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === "mine") resolve(false);
    };
    setTimeout(() => resolve(false), LOCK_MS);
  });
  channel.postMessage("whose?");
  const mine = granted.then(
    () => true,
    () => false,
  );
  return { granted, soon: Promise.race([mine, taken]) };
}

async function open(factory: IDBFactory, room: string): Promise<OpenedStore> {
  const database = await openDatabase(factory);
  const rows = database.transaction(STORES);
  const row = (name: string) => settled<{ packed?: unknown } | undefined>(rows.objectStore(name).get(room));
  const [jam, edits, undo] = await Promise.all([row(JAMS), row(EDITS), row(UNDO)]);
  // What cannot be tidied up now is tidied up another time.
  void forget(database, room).catch(() => undefined);
  const text = localStorage.getItem(noteKey(room));
  const note = text === null ? undefined : (readNote(text) as Partial<OwnRows> | undefined);
  return {
    store: roomStore(database, room),
    jam,
    edits: note?.edits ?? edits?.packed,
    undo: note?.undo ?? undo?.packed,
  };
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    const { result } = request;
    for (const name of STORES)
      if (!result.objectStoreNames.contains(name))
        result.createObjectStore(name, { keyPath: "room" }).createIndex(BY_AGE, BY_AGE);
  };
  return settled(request).then((database) => {
    // A newer page wants to change it: this one goes on in memory.
    database.onversionchange = () => database.close();
    return database;
  });
}

const noteKey = (room: string): string => `tutti.leaving.${room}`;

function roomStore(database: IDBDatabase, room: string): RoomStore {
  let writing = 0;
  return {
    writeJam: (jam) => write(database, [JAMS], "relaxed", (rows) => void rows.objectStore(JAMS).put(jam)),
    async writeOwn({ edits, undo }) {
      writing += 1;
      try {
        // On disk before it is called kept: an edit made in the seconds before the power went is still an edit.
        await write(database, [EDITS, UNDO], edits === null ? "relaxed" : "strict", (rows) => {
          for (const [name, packed] of [
            [EDITS, edits],
            [UNDO, undo],
          ] as const) {
            const store = rows.objectStore(name);
            if (packed === null) store.delete(room);
            else if (packed) store.put({ room, savedMs: Date.now(), packed });
          }
        });
      } finally {
        writing -= 1;
      }
      // A note of what a later write is still to bring stays.
      if (writing === 0) localStorage.removeItem(noteKey(room));
    },
    noteOwn(rows) {
      try {
        localStorage.setItem(noteKey(room), noteOf(rows));
      } catch {
        // Full or refused: the write that is on its way has to do.
      }
    },
  };
}

function write(
  database: IDBDatabase,
  names: readonly string[],
  durability: IDBTransactionDurability,
  change: (rows: IDBTransaction) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, "readwrite", { durability });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the store was closed"));
    change(transaction);
    // Not left to the end of the task: a page that is being closed has none.
    transaction.commit();
  });
}

/** Drops what is too old or too much; never this room. */
async function forget(database: IDBDatabase, room: string): Promise<void> {
  const [jams, edits] = await Promise.all([JAMS, EDITS].map((name) => ages(database, name)));
  const rooms = new Map<string, { room: string; savedMs: number; hasEdits: boolean }>();
  for (const [id, savedMs] of jams ?? []) rooms.set(id, { room: id, savedMs, hasEdits: false });
  for (const [id, savedMs] of edits ?? [])
    rooms.set(id, { room: id, savedMs: Math.max(savedMs, rooms.get(id)?.savedMs ?? 0), hasEdits: true });
  rooms.delete(room);
  for (const id of forgottenRooms([...rooms.values()], Date.now())) {
    localStorage.removeItem(noteKey(id));
    await write(database, STORES, "relaxed", (rows) => {
      for (const name of STORES) rows.objectStore(name).delete(id);
    });
  }
}

/** Of each room when it was saved, without reading the rows. */
function ages(database: IDBDatabase, name: string): Promise<readonly (readonly [string, number])[]> {
  return new Promise((resolve, reject) => {
    const found: [string, number][] = [];
    const cursor = database.transaction(name).objectStore(name).index(BY_AGE).openKeyCursor();
    cursor.onerror = () => reject(cursor.error ?? new Error("the store cannot be read"));
    cursor.onsuccess = () => {
      const at = cursor.result;
      if (!at) return resolve(found);
      found.push([at.primaryKey as string, at.key as number]);
      at.continue();
    };
  });
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the store cannot be read"));
  });
}
