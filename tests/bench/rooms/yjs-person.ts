/** A person on y-websocket's server: Yjs's own sync protocol over a bare WebSocket, a map from places to values. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";
import type { Enter, Person } from "./person.ts";

/** The first number of a message: document, not awareness. */
const SYNC = 0;

/** `room` is its name. */
export const enterYjs: Enter = async (url, room, tally) => {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/${room}`);
  const doc = new Y.Doc();
  const notes = doc.getMap<number>("notes");
  const send = (write: (encoder: encoding.Encoder) => void): void => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    write(encoder);
    socket.send(encoding.toUint8Array(encoder));
  };
  doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== socket) send((encoder) => sync.writeUpdate(encoder, update));
  });
  // What was taken out says nothing of who did it: a place that is emptied holds the edit's number below zero.
  notes.observe((event, transaction) => {
    if (transaction.local) return;
    for (const place of event.keysChanged) {
      const edit = notes.get(place);
      if (edit !== undefined) tally.arrived(Math.abs(edit) - 1);
    }
  });
  await new Promise<void>((done, fail) => {
    socket.on("error", fail);
    socket.on("open", () => send((encoder) => sync.writeSyncStep1(encoder, doc)));
    socket.on("message", (bytes: Buffer) => {
      const decoder = decoding.createDecoder(new Uint8Array(bytes));
      if (decoding.readVarUint(decoder) !== SYNC) return;
      const answer = encoding.createEncoder();
      encoding.writeVarUint(answer, SYNC);
      const kind = sync.readSyncMessage(decoder, answer, doc, socket);
      if (encoding.length(answer) > 1) socket.send(encoding.toUint8Array(answer));
      if (kind === sync.messageYjsSyncStep2) done();
    });
  });
  return {
    edit(edit, place) {
      const key = String(place);
      notes.set(key, (notes.get(key) ?? 0) > 0 ? -(edit + 1) : edit + 1);
    },
    tick() {},
    close: () => socket.terminate(),
  } satisfies Person;
};
