/** Where all listeners' packets end: a process of its own, which counts what comes and opens none of it. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { SinkWord } from "./words.ts";

const HOST = "127.0.0.1";
/** Each has a buffer of its own in the kernel. */
const SOCKETS = 8;
const BUFFER_BYTES = 4_194_304;

let packets = 0;
const ports: number[] = [];
for (let i = 0; i < SOCKETS; i++) {
  const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES });
  socket.on("message", (bytes) => {
    // Beside sound come the sender's reports: the types that RFC 5761 leaves to RTCP.
    const type = (bytes[1] ?? 0) & 0x7f;
    if (type < 64 || type > 95) packets += 1;
  });
  socket.bind(0, HOST);
  await once(socket, "listening");
  ports.push(socket.address().port);
}
const say = (word: SinkWord) => process.send?.(word);
process.on("message", () => say({ type: "came", packets }));
process.on("disconnect", () => process.exit(0));
say({ type: "ports", ports });
