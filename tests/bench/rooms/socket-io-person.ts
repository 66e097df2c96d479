/** A person on a socket.io broadcast: toggles as JSON, acknowledged by the server as soon as it has read them. */
import { io } from "socket.io-client";
import type { Enter, Person } from "./person.ts";

/** `room` is its name. */
export const enterSocketIo: Enter = async (url, room, tally) => {
  const socket = io(url, { transports: ["websocket"], query: { room }, forceNew: true });
  socket.on("edit", ({ edit }: { edit: number }) => tally.arrived(edit));
  await new Promise<void>((done, fail) => {
    socket.on("connect", done);
    socket.on("connect_error", fail);
  });
  return {
    edit(edit, place) {
      const message = { type: "NOTE_TOGGLE", step: place % 16, pitch: 36 + Math.floor(place / 16), edit };
      socket.emit("edit", message, () => tally.acknowledged(edit));
    },
    tick() {},
    close: () => socket.disconnect(),
  } satisfies Person;
};
