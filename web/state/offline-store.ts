/**
 * Where this browser keeps its jams: IndexedDB, one row a room in each of two stores, since the edits are
 * small and written often and the document is neither. One tab at a time has a room's rows, by a lock that
 * ends with the tab. What the rows mean, and when to write them, is not known here.
 */
import type { PackedEdits } from "#shared/document/own-edits.ts";
import { forgottenRooms, type KeptJam } from "./kept-jam.ts";
import { noteOf, readNote } from "./leaving-note.ts";

/** The rows of one room, held by this tab. Every promise may reject: the disk is full, or the browser refuses. */
export interface RoomStore {
  writeJam(jam: KeptJam): Promise<void>;
  /** Null: nothing waits. */
  writeEdits(edits: PackedEdits | null): Promise<void>;
  /** The page goes: written down before this returns, for as long as no write of the edits has succeeded. */
  noteEdits(edits: PackedEdits): void;
}

export interface OpenedStore {
  readonly store: RoomStore;
  /** As they were read: undefined where there is none. */
  readonly jam: unknown;
  readonly edits: unknown;
}

const DATABASE = "tutti";
const VERSION = 1;
const JAMS = "jams";
const EDITS = "edits";
const BY_AGE = "savedMs";
/** A page that is being reloaded, or has crashed, lets go of its lock within this. */
const LOCK_MS = 3_000;
/** A disk that does not answer by then is done without: nobody waits for one to see a jam. */
const OPEN_MS = 2_000;

/** Null where there is no such store, or another tab has this room: then everything stays in memory. */
export async function openStore(room: string): Promise<OpenedStore | null> {
  // Neither exists on plain http or in every private window.
  const locks = navigator.locks as LockManager | undefined;
  const factory = globalThis.indexedDB as IDBFactory | undefined;
  if (!locks || !factory) return null;
  try {
    if (!(await hold(locks, `tutti.kept.${room}`))) return null;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), OPEN_MS));
    return await Promise.race([late, open(factory, room)]);
  } catch {
    // Refused: a private window, a broken profile, a newer page's database.
    return null;
  }
}

/**
 * True once the lock is this tab's, for as long as it lives. A page that is about to be gone is waited for;
 * one that lives says so when it is asked.
 */
async function hold(locks: LockManager, name: string): Promise<boolean> {
  const channel = new BroadcastChannel(name);
  const giveUp = new AbortController();
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === "mine") giveUp.abort();
  };
  const isMine = (await requestLock(locks, name, { ifAvailable: true })) || (await askAndWait());
  if (!isMine) channel.close();
  else
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === "whose?") channel.postMessage("mine");
    };
  return isMine;

  function askAndWait(): Promise<boolean> {
    channel.postMessage("whose?");
    return requestLock(locks, name, {
      signal: AbortSignal.any([giveUp.signal, AbortSignal.timeout(LOCK_MS)]),
    });
  }
}

function requestLock(locks: LockManager, name: string, options: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const held = (lock: Lock | null): Promise<void> | null => {
      resolve(lock !== null);
      return lock && new Promise(() => undefined);
    };
    locks.request(name, options, held).catch(() => resolve(false));
  });
}

async function open(factory: IDBFactory, room: string): Promise<OpenedStore> {
  const database = await openDatabase(factory);
  const rows = database.transaction([JAMS, EDITS]);
  const [jam, edits] = await Promise.all([
    settled<unknown>(rows.objectStore(JAMS).get(room)),
    settled<{ packed?: unknown } | undefined>(rows.objectStore(EDITS).get(room)),
  ]);
  // What cannot be tidied up now is tidied up another time.
  void forget(database, room).catch(() => undefined);
  const note = localStorage.getItem(noteKey(room));
  return {
    store: roomStore(database, room),
    jam,
    edits: (note === null ? undefined : readNote(note)) ?? edits?.packed,
  };
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    for (const name of [JAMS, EDITS])
      request.result.createObjectStore(name, { keyPath: "room" }).createIndex(BY_AGE, BY_AGE);
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
    writeJam: (jam) => write(database, JAMS, "relaxed", (store) => store.put(jam)),
    async writeEdits(packed) {
      writing += 1;
      try {
        // On disk before it is called kept: an edit made in the seconds before the power went is still an edit.
        await write(database, EDITS, "strict", (store) =>
          packed === null ? store.delete(room) : store.put({ room, savedMs: Date.now(), packed }),
        );
      } finally {
        writing -= 1;
      }
      // A note of what a later write is still to bring stays.
      if (writing === 0) localStorage.removeItem(noteKey(room));
    },
    noteEdits(packed) {
      try {
        localStorage.setItem(noteKey(room), noteOf(packed));
      } catch {
        // Full or refused: the write that is on its way has to do.
      }
    },
  };
}

function write(
  database: IDBDatabase,
  name: string,
  durability: IDBTransactionDurability,
  change: (store: IDBObjectStore) => IDBRequest,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, "readwrite", { durability });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the store was closed"));
    change(transaction.objectStore(name));
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
    for (const name of [JAMS, EDITS]) await write(database, name, "relaxed", (store) => store.delete(id));
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
