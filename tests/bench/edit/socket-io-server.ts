/**
 * The rival: a grid whose toggles are broadcast as JSON by socket.io, as most shared sequencers do it.
 * A process of its own, as our server is; it prints the port it listens on. WebSocket only, no
 * compression, the page as isolated as ours: nothing holds it back.
 */
import { createServer } from "node:http";
import { Server } from "socket.io";

const SCRIPT = `
  const socket = io({ transports: ["websocket"] });
  const cells = Array.from({ length: 16 }, () => document.body.appendChild(document.createElement("button")));
  const show = (edit) => {
    const cell = cells[edit.step];
    cell.setAttribute("aria-pressed", String(cell.getAttribute("aria-pressed") !== "true"));
  };
  let made = 0;
  let seen = 0;
  const agent = {
    applied: [],
    edit(index) {
      const edit = { type: "NOTE_TOGGLE", step: index % 16, pitch: 60, userId: "user-123" };
      show(edit);
      socket.emit("edit", edit);
      return ++made;
    },
  };
  socket.on("edit", (edit) => {
    show(edit);
    agent.applied.push([++seen, performance.now()]);
  });
  socket.on("connect", () => { window.editAgent = agent; });
`;

const PAGE = `<!doctype html><title>socket.io</title><body><script src="/socket.io/socket.io.js"></script><script>${SCRIPT}</script></body>`;

const http = createServer((_, response) => {
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  response.end(PAGE);
});

const io = new Server(http, { transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.on("edit", (edit: unknown) => socket.broadcast.emit("edit", edit));
});

http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  if (address !== null && typeof address === "object") console.log(address.port);
});
