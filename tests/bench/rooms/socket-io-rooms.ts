/** The rival's server: rooms whose edits socket.io broadcasts to everybody else in them. It keeps nothing. */
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((_, response) => response.end());
const io = new Server(http, { transports: ["websocket"] });
io.on("connection", (socket) => {
  const room = String(socket.handshake.query["room"]);
  void socket.join(room);
  socket.on("edit", (edit: unknown, acknowledge: () => void) => {
    socket.to(room).emit("edit", edit);
    acknowledge();
  });
});
http.listen(Number(process.env["PORT"]), "127.0.0.1", () => console.log("listening"));
